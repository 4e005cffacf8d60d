"""The documents, and what is in them: blocks, links, headings, tables."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
ALL = (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md")))

_FENCE = re.compile(
    r"(?:<!-- (?P<marker>[a-z]+): (?P<of>[^\n]+) -->\n)?^(?P<indent> *)```(?P<language>[a-z]*)\n(?P<text>.*?)^(?P=indent)```$",
    re.M | re.S,
)
_LINK = re.compile(r"\[[^\]]*\]\((?P<target>[^)\s]+)\)")
_HEADING = re.compile(r"^#+ (?P<heading>.+)$", re.M)


@dataclass(frozen=True)
class Block:
    """A fenced block; the comment before it may say of what it is an excerpt."""

    document: Path
    line: int
    language: str
    text: str
    marker: str
    of: str

    @property
    def name(self) -> str:
        return f"{self.document.name}:{self.line}"


def blocks(document: Path) -> Iterator[Block]:
    text = document.read_text()
    for match in _FENCE.finditer(text):
        indent = match["indent"]
        body = "".join(line.removeprefix(indent) for line in match["text"].splitlines(keepends=True))
        line = text.count("\n", 0, match.start()) + 1
        yield Block(document, line, match["language"], body, match["marker"] or "", match["of"] or "")


def prose(document: Path) -> str:
    """Return the text without its blocks."""
    return _FENCE.sub("", document.read_text())


def links(document: Path) -> list[str]:
    return [match["target"] for match in _LINK.finditer(prose(document))]


def anchors(document: Path) -> set[str]:
    """Return the anchors that GitHub gives to the headings."""
    seen: Counter[str] = Counter()
    found = set()
    for match in _HEADING.finditer(prose(document)):
        anchor = re.sub(r"[^-_a-z0-9 ]", "", match["heading"].lower()).replace(" ", "-")
        found.add(f"{anchor}-{seen[anchor]}" if seen[anchor] else anchor)
        seen[anchor] += 1
    return found


def tables(document: Path) -> Iterator[tuple[str, list[str]]]:
    """Yield each row of each table, as the heading above it and its cells."""
    heading = ""
    for line in prose(document).splitlines():
        if match := _HEADING.match(line):
            heading = match["heading"]
        elif line.startswith("| ") and not line.startswith("| ---"):
            yield heading, [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
