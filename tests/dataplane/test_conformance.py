"""The tests of the OCI distribution specification, run against both dialects: which of them Distribution itself does not pass.

What it does not pass is Distribution's, not the composed configuration's. It is written down in `conformance/`, with a sentence
that says why, and with what a case says when it fails for that reason: so that a change shows, in either direction, and a reader
can check it.
"""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.dataplane.cluster import Node
from tests.dataplane.programs import program
from tests.dataplane.registry import DIALECTS, Registry
from tests.specs import VOLUME

KNOWN = Path(__file__).with_name("conformance")


def known(dialect: str) -> dict[str, str]:
    """Return the cases that a dialect does not pass, each with a pattern of what it says.

    In the file a group of them begins with `# why` and `= pattern`.
    """
    found, pattern = {}, ""
    for line in (KNOWN / f"{dialect}.txt").read_text().splitlines():
        if line.startswith("= "):
            pattern = line[2:]
        elif line and not line.startswith("# "):
            found[line] = pattern
    return found


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
    failed = [(named(one), said(one)) for one in cases if one.get("status") in ("failure", "error")]
    passed = {named(one) for one in cases if one.get("status") == "passed"} - {name for name, _ in failed}
    assert len(passed) > 100
    expected = known(dialect)
    assert sorted({name for name, _ in failed}) == sorted(expected)
    assert [(name, text) for name, text in failed if not re.search(expected[name], text)] == []


def named(case: ElementTree.Element) -> str:
    """Return the way to a case."""
    return str(case.get("name")).removeprefix("OCI Conformance Test/")


def said(case: ElementTree.Element) -> str:
    """Return why a case failed."""
    return " ".join(str(case.findtext("system-out")).split())
