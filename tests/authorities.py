"""Certificate authorities of a test's own, and what they issue."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

NEW_KEY = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes"


@dataclass(frozen=True)
class Authority:
    """A certificate authority, in a directory of its own."""

    folder: Path

    @property
    def certificate(self) -> bytes:
        """The certificate that others trust."""
        return (self.folder / "ca.crt").read_bytes()

    def issue(self, name: str, *extensions: str) -> Path:
        """Return a directory with tls.crt, tls.key and ca.crt, as they are mounted."""
        made = self.folder / name
        made.mkdir()
        added = " ".join(f"-addext {extension}" for extension in extensions)
        openssl(made, f"req {NEW_KEY} -subj /CN={name} {added} -keyout tls.key -out request.pem")
        openssl(made, "x509 -req -in request.pem -CA ../ca.crt -CAkey ../ca.key -copy_extensions copyall -days 2 -out tls.crt")
        (made / "ca.crt").write_bytes(self.certificate)
        return made


def openssl(folder: Path, arguments: str) -> None:
    """Run openssl in a directory."""
    subprocess.run(["openssl", *arguments.split()], cwd=folder, check=True, capture_output=True)


def authority(folder: Path) -> Authority:
    """Return a new authority."""
    openssl(folder, f"req -x509 {NEW_KEY} -days 2 -subj /CN=authority -keyout ca.key -out ca.crt")
    return Authority(folder)
