"""Stores of objects: real servers at the names by which the drivers know them, which a test may stop, and start again.

S3 is the Versity S3 Gateway, an S3 server on a directory. Azure Blob Storage is Azurite, Microsoft's own emulator. Google Cloud
Storage is fake-gcs-server. The last two have no endpoint in a spec: the names of the clouds lead to them here, with certificates of
an authority that the Registry trusts by its `caBundle`; nothing of what is composed is changed for it.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import http.client
import json
import os
import signal
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from function.kubernetes.document import Manifest
from tests import clusters
from tests.authorities import Authority, openssl
from tests.dataplane.cluster import Node
from tests.dataplane.programs import program

AUTHORITIES = "authorities"
CA_BUNDLE = {"caBundle": {"configMapName": AUTHORITIES}}


@dataclass
class Server:
    """A program that listens at an address."""

    command: list[str]
    address: str
    port: int
    folder: Path
    environment: dict[str, str] = field(default_factory=dict)
    _process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and return once it takes connections."""
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                self.command,
                cwd=self.folder,
                env={**os.environ, **self.environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        deadline = time.monotonic() + 60
        while True:
            try:
                socket.create_connection((self.address, self.port), 1).close()
            except OSError:
                assert self._process.poll() is None, (self.folder / "log").read_text()
                assert time.monotonic() < deadline, (self.folder / "log").read_text()
                time.sleep(0.05)
            else:
                return

    def pause(self) -> None:
        """Let it take connections, and answer none."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let it answer again."""
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def stop(self) -> None:
        """End it at once."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()


@dataclass(frozen=True)
class Store:
    """A store in use: its servers, and what a Registry that uses it has in its spec, and in its namespace."""

    server: Server
    spec: dict[str, Any]
    users: list[Manifest]


def authorities(authority: Authority) -> Manifest:
    """Return the ConfigMap that a caBundle names."""
    return clusters.config_map(AUTHORITIES, ca__crt=authority.certificate.decode())


def s3_keys(access: str, secret: str) -> list[Manifest]:
    """Return the Secret that a credentialsSecretName names."""
    return [clusters.secret("s3-keys", AWS_ACCESS_KEY_ID=access, AWS_SECRET_ACCESS_KEY=secret)]


def s3_spec(host: str) -> dict[str, Any]:
    """Return the spec of a Registry whose bucket is at a host in the cluster."""
    return {"storage": {"s3": {"bucket": "images", "endpoint": f"http://{host}:9000", "credentialsSecretName": "s3-keys"}}}


def _tls(authority: Authority, name: str, *names: str) -> Path:
    issued = authority.folder / name
    return (
        issued if issued.exists() else authority.issue(name, "subjectAltName=" + ",".join(f"DNS:{one}" for one in (name, *names)))
    )


def _folder(node: Node, name: str) -> Path:
    made = node.folder / "stores" / name
    made.mkdir(parents=True)
    return made


@contextlib.contextmanager
def serving(server: Server) -> Iterator[Server]:
    """Run a server until the end of the block."""
    server.start()
    try:
        yield server
    finally:
        server.stop()


def s3_server(node: Node, host: str, port: int, keys: tuple[str, str], bucket: str, *more: str) -> Server:
    """Return an S3 server with one bucket, not started."""
    folder = _folder(node, f"{host}-{port}")
    (folder / "buckets" / bucket).mkdir(parents=True)
    (folder / "metadata").mkdir()
    address = node.machine(host)
    environment = {"ROOT_ACCESS_KEY": keys[0], "ROOT_SECRET_KEY": keys[1]}
    # As the stores that it stands for it keeps connections; its metadata need no file system with extended attributes.
    command = [str(program("versitygw")), "--port", f"{address}:{port}", "--quiet", "--keep-alive", *more]
    command += ["posix", "--sidecar", str(folder / "metadata"), str(folder / "buckets")]
    return Server(command, address, port, folder, environment)


@contextlib.contextmanager
def s3(node: Node, name: str = "s3", keys: tuple[str, str] = ("key", "secret")) -> Iterator[Store]:
    """Run an S3 store in the cluster, with an endpoint, without TLS."""
    host = f"{name}.storage.svc"
    with serving(s3_server(node, host, 9000, keys, "images")) as server:
        yield Store(server, s3_spec(host), s3_keys(*keys))


@contextlib.contextmanager
def aws(node: Node, authority: Authority) -> Iterator[Store]:
    """Run S3 as it is at AWS: the bucket in the host's name, TLS, and clients are sent there for layers."""
    domain = "s3.eu-central-1.amazonaws.com"
    issued = _tls(authority, domain, f"images.{domain}")
    tls = [
        "--cert",
        str(issued / "tls.crt"),
        "--key",
        str(issued / "tls.key"),
        "--virtual-domain",
        domain,
        "--region",
        "eu-central-1",
    ]
    server = s3_server(node, domain, 443, ("key", "secret"), "images", *tls)
    node.name(f"images.{domain}", server.address)
    users = [*s3_keys("key", "secret"), authorities(authority)]
    block = {"bucket": "images", "region": "eu-central-1", "rootDirectory": "/team a/é", "credentialsSecretName": "s3-keys"}
    with serving(server):
        yield Store(server, {"storage": {"s3": block}, **CA_BUNDLE}, users)


@contextlib.contextmanager
def cosi(node: Node, authority: Authority) -> Iterator[Store]:
    """Run the store whose bucket COSI's driver hands over in these tests (tests.clusters.BUCKET), with TLS."""
    bucket = clusters.BUCKET
    host = bucket["COSI_S3_ENDPOINT"].removeprefix("https://").partition(":")[0]
    issued = _tls(authority, host)
    tls = ["--cert", str(issued / "tls.crt"), "--key", str(issued / "tls.key")]
    keys = (bucket["COSI_S3_ACCESS_KEY_ID"], bucket["COSI_S3_ACCESS_SECRET_KEY"])
    server = s3_server(node, host, 9000, keys, bucket["COSI_S3_BUCKET_ID"], *tls)
    with serving(server):
        spec = {"storage": {"bucketClassName": "fast", "bucketAccessClass": "keys"}, **CA_BUNDLE}
        yield Store(server, spec, [clusters.cosi_crd("v1alpha2"), authorities(authority)])


@contextlib.contextmanager
def azure(node: Node, authority: Authority) -> Iterator[Store]:
    """Run Azure Blob Storage with one container. Debian's build of Distribution 2.8 has no driver for it."""
    host, key = "acme.blob.core.windows.net", base64.b64encode(os.urandom(64)).decode()
    issued, folder = _tls(authority, host), _folder(node, "azure")
    address = node.machine(host)
    command = [str(program("azurite-blob")), "--blobHost", address, "--blobPort", "443", "--location", str(folder), "--silent"]
    command += ["--cert", str(issued / "tls.crt"), "--key", str(issued / "tls.key"), "--skipApiVersionCheck", "--disableTelemetry"]
    with serving(Server(command, address, 443, folder, {"AZURITE_ACCOUNTS": f"acme:{key}"})) as server:
        _create_container(host, key, authority)
        block = {"container": "images", "accountName": "acme", "credentialsSecretName": "azure-key"}
        users = [clusters.secret("azure-key", accountKey=key), authorities(authority)]
        yield Store(server, {"storage": {"azure": block}, **CA_BUNDLE}, users)


def _create_container(host: str, key: str, authority: Authority) -> None:
    """Create the container `images`, with a request that is signed with the account's key."""
    headers = {"x-ms-date": formatdate(usegmt=True), "x-ms-version": "2021-08-06"}
    signed = "PUT" + "\n" * 12 + "".join(f"{name}:{value}\n" for name, value in sorted(headers.items()))
    signed += "/acme/images\nrestype:container"
    digest = hmac.new(base64.b64decode(key), signed.encode(), hashlib.sha256).digest()
    context = ssl.create_default_context(cadata=authority.certificate.decode())
    connection = http.client.HTTPSConnection(host, context=context, timeout=30)
    authorization = f"SharedKey acme:{base64.b64encode(digest).decode()}"
    connection.request(
        "PUT", "/images?restype=container", headers={**headers, "Authorization": authorization, "Content-Length": "0"}
    )
    answer = connection.getresponse()
    assert answer.status == 201, answer.read()
    connection.close()


@contextlib.contextmanager
def gcs(node: Node, authority: Authority) -> Iterator[Store]:
    """Run Google Cloud Storage with one bucket, and what gives tokens for the key of a service account."""
    host = "storage.googleapis.com"
    # Uploads that can be resumed go to another name than all else.
    issued, folder = _tls(authority, host, "www.googleapis.com"), _folder(node, "gcs")
    (folder / "buckets" / "images").mkdir(parents=True)
    address = node.name("www.googleapis.com", node.machine(host))
    command = [str(program("fake-gcs-server")), "-host", address, "-port", "443", "-filesystem-root", str(folder / "buckets")]
    command += ["-cert-location", str(issued / "tls.crt"), "-private-key-location", str(issued / "tls.key")]
    command += ["-public-host", host, "-external-url", f"https://{host}", "-log-level", "error"]
    tokens = ThreadingHTTPServer((node.machine("oauth2.googleapis.com"), 80), _Tokens)
    threading.Thread(target=tokens.serve_forever, daemon=True).start()
    openssl(folder, "genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out account.pem")
    key = {
        "type": "service_account",
        "project_id": "acme",
        "private_key_id": "1",
        "private_key": (folder / "account.pem").read_text(),
        "client_email": "registry@acme.iam.gserviceaccount.com",
        "client_id": "1",
        "token_uri": "http://oauth2.googleapis.com/token",
    }
    with serving(Server(command, address, 443, folder)) as server:
        block = {"bucket": "images", "credentialsSecretName": "gcs-key"}
        users = [clusters.secret("gcs-key", key__json=json.dumps(key)), authorities(authority)]
        yield Store(server, {"storage": {"gcs": block}, **CA_BUNDLE}, users)
    tokens.shutdown()
    tokens.server_close()


class _Tokens(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        body = json.dumps({"access_token": "token", "token_type": "Bearer", "expires_in": 3600}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass
