"""The YAML in the documents is accepted by the operator, unless it is there to show what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from function import preview
from function.api import GROUP, VERSION
from tests.docs.documents import ALL, Block, blocks

YAML = [block for document in ALL for block in blocks(document) if block.language == "yaml"]
REFUSED = "# refused"
"""A comment that begins a block whose Registry is refused, and says why."""

COMPLETED = {
    "Registry": {"storage": {"s3": {"bucket": "images", "region": "eu-central-1"}}},
    "Cache": {"upstreamRegistryURL": "https://ghcr.io"},
}
"""What a block that shows a part of a spec leaves out: any storage that allows all else, any upstream."""


def objects(block: Block) -> list[dict[str, Any]]:
    """Return the objects of a block; one that begins with `spec:` is a part of a Registry, or of a Cache."""
    found = [document for document in yaml.safe_load_all(block.text) if document]
    if [list(document) for document in found] != [["spec"]]:
        return found
    metadata = {"name": "my-registry", "namespace": "team-a"}
    kind = "Cache" if block.document.name == "caches.md" else "Registry"
    return [{"apiVersion": VERSION, "kind": kind, "metadata": metadata, "spec": {**COMPLETED[kind], **found[0]["spec"]}}]


RENDERED = [block for block in YAML if any(GROUP in str(document.get("apiVersion")) for document in objects(block))]


@pytest.mark.parametrize("block", YAML, ids=lambda block: block.name)
def test_every_block_is_of_objects(block: Block):
    for document in objects(block):
        assert {"apiVersion", "kind", "metadata"} <= set(document)


@pytest.mark.parametrize("flavour", ["claims", "namespaced"])
@pytest.mark.parametrize("block", RENDERED, ids=lambda block: block.name)
def test_a_registry_is_refused_only_where_the_block_says_so(block: Block, flavour: str, tmp_path: Path):
    file = tmp_path / "block.yaml"
    file.write_text(yaml.safe_dump_all(objects(block)))
    fatal = preview.render(preview.read([file]), claims=flavour == "claims").fatal
    assert bool(fatal) == block.text.startswith(REFUSED), fatal


def test_there_are_blocks_to_render():
    assert len(RENDERED) > 20
