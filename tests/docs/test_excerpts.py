"""What the documents show of a file, or of what a command prints, is what is there."""

import pytest

from function import preview
from tests.docs.documents import ALL, ROOT, Block, blocks
from tools.examples import Example

EXCERPTS = [block for document in ALL for block in blocks(document) if block.marker not in ("", "step")]


def shown(block: Block) -> str:
    path = ROOT / block.of
    if block.marker == "file":
        return path.read_text()
    if block.marker == "upgraded":
        return Example(path).told("Upgraded")
    assert block.marker == "tree", block.marker
    return preview.tree(preview.render(preview.read([path])))


@pytest.mark.parametrize("block", EXCERPTS, ids=lambda block: block.name)
def test_an_excerpt_is_what_is_there(block: Block):
    assert block.text == shown(block), "if the change is meant: make generate"


def test_the_first_page_shows_the_first_example_and_what_it_gives():
    found = [(block.marker, block.of) for block in EXCERPTS if block.document.name == "README.md"]
    assert found == [("file", "examples/quickstart/claim.yaml"), ("tree", "examples/quickstart/claim.yaml")]
