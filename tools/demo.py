"""Renders an example through the real gRPC server: `python -m tools.demo FOLDER`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def main(folder: Path) -> int:
    """Start the server, ask it, show the YAML and, at a terminal, the tree; return the exit code of the preview."""
    module = [sys.executable, "-m", "function"]
    with subprocess.Popen([*module, "--insecure", "--address", "127.0.0.1:0"], stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None  # noqa: S101  it is a pipe
            port = server.stdout.readline().split()[-1]
            preview = [*module, "render", str(folder / "claim.yaml"), "--target", f"127.0.0.1:{port}"]
            code = subprocess.run(preview, check=False).returncode
            if sys.stdout.isatty():
                print("---", flush=True)
                subprocess.run([*preview, "--tree"], check=False)
        finally:
            server.terminate()
    return code


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
