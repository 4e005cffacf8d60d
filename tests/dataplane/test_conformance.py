"""The tests of the OCI distribution specification, run against both dialects: which of them Distribution itself does not pass.

It passes neither what is about referrers, which it has no API for (clients keep them in a tag), nor digests of SHA-512, nor layers
that are not to be distributed without a URL that is allowed. That is Distribution's, not the composed configuration's; it is
written down so that a change shows, in either direction.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.dataplane.cluster import Node
from tests.dataplane.programs import program
from tests.dataplane.registry import DIALECTS, Registry
from tests.specs import VOLUME

KNOWN = Path(__file__).with_name("conformance")
"""A file for each dialect: the cases that it does not pass."""


@pytest.mark.parametrize("dialect", DIALECTS)
def test_what_distribution_does_not_pass(node: Node, dialect: str, tmp_path: Path):
    spec = {"storage": {**VOLUME["storage"], "deleteEnabled": True}}
    with Registry(node, dialect, spec).running() as [pod]:
        address = f"{pod.address}:{pod.port('registry')}"
        settings = {
            "OCI_REGISTRY": address,
            "OCI_TLS": "disabled",
            "OCI_VERSION": "1.1",
            "OCI_RESULTS_DIR": str(tmp_path / "results"),
        }
        run = subprocess.run(
            [program("conformance")],
            cwd=tmp_path,
            env={**os.environ, **settings},
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
    results = tmp_path / "results/junit.xml"
    assert results.exists(), run.stdout + run.stderr
    cases = list(ElementTree.parse(results).iter("testcase"))  # noqa: S314  written by the program above
    failed = {named(one) for one in cases if one.get("status") in ("failure", "error")}
    passed = {named(one) for one in cases if one.get("status") == "passed"} - failed
    assert len(passed) > 100
    assert sorted(failed) == (KNOWN / f"{dialect}.txt").read_text().splitlines()


def named(case: ElementTree.Element) -> str:
    """Return the way to a case."""
    return str(case.get("name")).removeprefix("OCI Conformance Test/")
