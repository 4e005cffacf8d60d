"""docs/conditions.md has every reason that a condition can have, and no other."""

from __future__ import annotations

import re
from collections import defaultdict

import pytest

from function import derive
from function.preview import Rendered
from tests.docs import reasons
from tests.docs.documents import ROOT, tables
from tools.examples import Example, all_examples

PAGE = ROOT / "docs" / "conditions.md"
TYPES = {
    derive.VALID,
    derive.STORAGE_READY,
    derive.AVAILABLE,
    derive.UPGRADED,
    derive.PROTECTED,
    "UpstreamConfigured",
    "Provisioned",
}
CROSSPLANES = {"Ready", "Synced", "Responsive", "FatalError"}
NEVER_TOLD = {
    "BucketReady": "a claim that is ready makes way for what is said of the access",
    "AccessGranted": "the access that is ready makes way for Provisioned",
}
"""Verdicts that no condition shows as they are, and why."""


def documented() -> dict[str, dict[str, set[str]]]:
    """Return for each type of condition its reasons, and for each of these its statuses."""
    found: dict[str, dict[str, set[str]]] = {kind: defaultdict(set) for kind in TYPES}
    for heading, cells in tables(PAGE):
        if heading in TYPES and (match := re.match(r"^`(\w+)`$", cells[0])):
            found[heading][match[1]].add(cells[1])
    return found


DOCUMENTED = documented()
STATUSES = {
    reason: {s for kind in DOCUMENTED.values() for s in kind.get(reason, ())} for kind in DOCUMENTED.values() for reason in kind
}


def test_the_page_has_every_reason_of_the_code_and_no_other():
    assert set(STATUSES) == set(reasons.of_the_code()) - set(NEVER_TOLD)
    assert set(NEVER_TOLD) <= set(reasons.of_the_code()), "no longer in the code"


def test_the_page_says_with_which_status_a_reason_comes():
    differ = {reason: found for reason, found in reasons.of_the_code().items() if not found <= STATUSES.get(reason, found)}
    assert not differ


def test_each_row_says_what_is_meant_and_trouble_says_what_to_do():
    for heading, cells in tables(PAGE):
        if heading in TYPES and cells[0] != "Reason":
            _, status, means, advice = cells
            assert status in ("True", "False", "Unknown"), cells
            assert means.endswith("."), cells
            assert advice or status == "True" or "As in" in means, cells


@pytest.mark.parametrize("example", list(all_examples()), ids=lambda example: example.folder.name)
def test_the_page_has_what_an_example_shows(example: Example):
    rendered: Rendered = example.rendered()
    for entry in rendered.composite["status"]["conditions"]:
        if entry["type"] not in CROSSPLANES:
            assert entry["status"] in DOCUMENTED[entry["type"]][entry["reason"]], entry
