"""Every link to a file or a heading of ours leads somewhere."""

from pathlib import Path

import pytest

from tests.docs.documents import ALL, anchors, links


@pytest.mark.parametrize("document", ALL, ids=lambda path: path.name)
def test_every_relative_link_leads_somewhere(document: Path):
    broken = []
    for link in links(document):
        if link.startswith(("https://", "http://")):
            continue
        name, _, anchor = link.partition("#")
        target = (document.parent / name).resolve() if name else document
        if not target.exists() or (anchor and anchor not in anchors(target)):
            broken.append(link)
    assert not broken
