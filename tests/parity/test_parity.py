"""The real `crossplane composition render` says of every example what its golden file says.

Needs two programs, which `make parity` names: CROSSPLANE, the CLI (2.5 or newer), and CROSSPLANE_CORE, Crossplane itself
(2.4 or newer). Without them the module has no tests: `make test` is for machines that have neither.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from function.preview.rendering import ENTROPY
from tools.examples import ROOT, Example, all_examples

CLI, CORE = os.environ.get("CROSSPLANE"), os.environ.get("CROSSPLANE_CORE")
EXAMPLES = list(all_examples()) if CLI and CORE else []


SERVE = f"""
from function import fn, server
server.serve(fn.FunctionRunner(values=lambda _: {ENTROPY!r}).answer, "127.0.0.1:0", None)
"""


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """The port of a function whose generated secrets are those of the golden files."""
    with subprocess.Popen([sys.executable, "-c", SERVE], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield int(process.stdout.readline().split()[-1])
        process.terminate()


FILES = {
    "Registry": "registry.yaml",
    "Cache": "cache.yaml",
    "RegistryIntegration": "integration.yaml",
    "RegistryTemplate": "template.yaml",
}


def rendered(example: Example, port: int, folder: Path) -> subprocess.CompletedProcess[str]:
    composite = example.folder / "xr.yaml" if example.claims and (example.folder / "xr.yaml").exists() else example.written
    kind = yaml.safe_load(composite.read_text())["kind"]
    flavour = "claims" if kind.startswith("X") else "namespaced"
    file = FILES[kind.removeprefix("X")]
    functions = (ROOT / "examples/functions.yaml").read_text().replace("localhost:9443", f"127.0.0.1:{port}")
    (folder / "functions.yaml").write_text(functions)
    command = [CLI, "composition", "render", composite, ROOT / "compositions" / flavour / file, folder / "functions.yaml"]
    command += ["--xrd", ROOT / "apis" / flavour / file, "--crossplane-binary", CORE, "-r", "-x"]
    for option, name in (("-o", "observed.yaml"), ("-e", "required.yaml")):
        if (example.folder / name).exists():
            command += [option, example.folder / name]
    return subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False)


def documents(text: str) -> list[dict[str, object]]:
    return [document for document in yaml.safe_load_all(text) if document]


def by_name(found: list[dict[str, object]]) -> dict[str, object]:
    """Results come in an order that Crossplane leaves to chance."""
    return {yaml.safe_dump(d) if d["kind"] == "Result" else f"{d['kind']}/{d['metadata']['name']}": d for d in found}


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.folder.name)
def test_crossplane_renders_the_golden_file(example: Example, port: int, tmp_path: Path):
    result = rendered(example, port, tmp_path)
    refused = example.rendered().fatal
    if refused:
        assert result.returncode != 0
        assert refused in " ".join(result.stderr.split())
        return
    assert result.returncode == 0, result.stderr
    assert by_name(documents(result.stdout)) == by_name(documents(example.expected.read_text()))
