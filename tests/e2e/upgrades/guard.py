"""An S3 store that takes one key only: it stands before one that takes any, and passes on what is signed with the right key.

guard.py STORE KEY; it listens on port 8000, and runs in a pod.
"""

from __future__ import annotations

import http.client
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

REFUSED = (
    b'<?xml version="1.0" encoding="UTF-8"?><Error><Code>InvalidAccessKeyId</Code>'
    b"<Message>The AWS Access Key Id you provided does not exist in our records.</Message></Error>"
)
OF_A_CONNECTION = ("connection", "transfer-encoding", "content-length", "date", "server")


class Guard(BaseHTTPRequestHandler):
    """Passes a request on, with the answer, if its signature names the key."""

    protocol_version = "HTTP/1.1"

    def answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if f"Credential={KEY}/" not in self.headers.get("Authorization", ""):
            self.reply(403, REFUSED, [("Content-Type", "application/xml")])
            return
        store = http.client.HTTPConnection(urlsplit(STORE).netloc, timeout=30)
        try:
            # By its own name: it takes that of a host for that of a bucket.
            headers = {name: value for name, value in self.headers.items() if name.lower() != "host"}
            store.request(self.command, self.path, body, headers)
            found = store.getresponse()
            content = found.read()
        finally:
            store.close()
        length = found.getheader("Content-Length") if self.command == "HEAD" else None
        self.reply(found.status, content, [each for each in found.getheaders() if each[0].lower() not in OF_A_CONNECTION], length)

    def reply(self, status: int, content: bytes, headers: list[tuple[str, str]], length: str | None = None) -> None:
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", length or str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = answer  # noqa: N815

    def log_message(self, *_: object) -> None:
        """Log nothing."""


if __name__ == "__main__":
    STORE, KEY = sys.argv[1:]
    ThreadingHTTPServer(("", 8000), Guard).serve_forever()
