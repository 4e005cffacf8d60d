"""The folders under examples/, each a document, a test and a demo.

claim.yaml is what a team writes; xr.yaml what Crossplane makes of it (written by `make golden`); observed.yaml what is
there already, required.yaml what the spec refers to, both as a cluster returns them; expected.yaml the whole answer.
A folder with registry.yaml or cache.yaml in place of claim.yaml is of the namespaced flavour.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from function import preview

ROOT = Path(__file__).parent.parent
NAMESPACED = ("registry.yaml", "cache.yaml")
INPUTS = ("claim.yaml", *NAMESPACED, "xr.yaml", "integration.yaml", "template.yaml", "observed.yaml", "required.yaml")


@dataclass(frozen=True)
class Example:
    """A folder under examples/."""

    folder: Path

    @property
    def claims(self) -> bool:
        """Whether it is of the flavour with claims."""
        return not any((self.folder / name).exists() for name in NAMESPACED)

    @property
    def written(self) -> Path:
        """What the team, or for an integration the registry, writes."""
        return next(path for name in INPUTS if (path := self.folder / name).exists())

    @property
    def expected(self) -> Path:
        """The golden file."""
        return self.folder / "expected.yaml"

    def rendered(self) -> preview.Rendered:
        """Return what it renders to."""
        beside = [path for name in ("observed.yaml", "required.yaml") if (path := self.folder / name).exists()]
        return preview.render(preview.read([self.written, *beside]), claims=self.claims)

    def told(self, kind: str) -> str:
        """Return what it tells in a condition of this type, in a few lines."""
        [entry] = [entry for entry in self.rendered().composite["status"]["conditions"] if entry["type"] == kind]
        return (
            textwrap.fill(f"{kind}={entry['status']} ({entry['reason']}): {entry['message']}", 120, break_long_words=False) + "\n"
        )


def all_examples() -> Iterator[Example]:
    """Yield every folder that has something to render."""
    for folder in sorted((ROOT / "examples").iterdir()):
        if folder.is_dir():
            yield Example(folder)
