"""The URL of an upstream: scheme, host, port, nothing else; and what is said of all else."""

import pytest

from function.resolve.cache.upstreams import parse


@pytest.mark.parametrize(
    ("url", "meant", "name"),
    [
        ("https://registry-1.docker.io", "https://registry-1.docker.io", "docker.io"),
        ("https://ghcr.io", "https://ghcr.io", "ghcr.io"),
        ("https://ghcr.io/", "https://ghcr.io", "ghcr.io"),
        ("HTTPS://GHCR.io:443", "https://ghcr.io", "ghcr.io"),
        (
            "http://docker-hub-cache.platform.svc:5000",
            "http://docker-hub-cache.platform.svc:5000",
            "docker-hub-cache.platform.svc:5000",
        ),
        ("http://localhost:80", "http://localhost", "localhost"),
        ("http://10.0.0.7:5000", "http://10.0.0.7:5000", "10.0.0.7:5000"),
        ("https://[fd00::7]:5000", "https://[fd00::7]:5000", "[fd00::7]:5000"),
        ("https://registry", "https://registry", "registry"),
    ],
)
def test_an_upstream_is_scheme_host_and_port(url: str, meant: str, name: str):
    found = parse(url)
    assert (found.url, found.name) == (meant, name)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("docker.io", "needs a scheme: https://registry-1.docker.io"),
        ("docker.io/library", "needs a scheme: https://registry-1.docker.io"),
        ("ghcr.io", "needs a scheme: https://ghcr.io"),
        ("localhost:5000", "needs a scheme: https://localhost:5000"),
        ("https://docker.io", "write https://registry-1.docker.io"),
        ("https://index.docker.io/v1/", "write https://registry-1.docker.io"),
        ("https://hub.docker.com", "write https://registry-1.docker.io"),
        ("https://ghcr.io/acme", "has a path, which belongs into the names of the images that are pulled: write https://ghcr.io"),
        ("https://ghcr.io//", "has a path"),
        ("https://ghcr.io/v2/?n=1", "has more than scheme, host and port: write https://ghcr.io"),
        ("https://ghcr.io?n=1", "has more than scheme, host and port: write https://ghcr.io"),
        ("https://ghcr.io#a", "has more than scheme, host and port: write https://ghcr.io"),
        ("https://ci:secret-value@ghcr.io", "name it in spec.credentialsSecretName"),
        ("https://ci@ghcr.io", "name it in spec.credentialsSecretName"),
        ("ftp://ghcr.io", "has the scheme ftp: only https and http are known"),
        ("oci://ghcr.io", "has the scheme oci: only https and http are known"),
        ("https://", "has no host"),
        ("https://:5000", "has no host"),
        ("https://gh cr.io", "has no host"),
        ("https://-ghcr.io", "has no host"),
        ("https://ghcr.io:", "has a port that is no number from 1 to 65535"),
        ("https://ghcr.io:0", "has a port that is no number from 1 to 65535"),
        ("https://ghcr.io:65536", "has a port that is no number from 1 to 65535"),
        ("https://ghcr.io:https", "has a port that is no number from 1 to 65535"),
        ("https://ghcr.io:٣", "has a port that is no number from 1 to 65535"),
        ("", "is not a URL"),
        ("?", "is not a URL"),
        ("https://ghcr.io\n", "has no host"),
    ],
)
def test_what_is_none_is_refused_with_what_to_write(url: str, said: str):
    with pytest.raises(ValueError, match=r".") as raised:
        parse(url)
    assert said in str(raised.value)
    assert "secret-value" not in str(raised.value)
