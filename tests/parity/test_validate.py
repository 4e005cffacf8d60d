"""The XRDs and the examples pass the real `crossplane resource validate`, in the way of test_parity.py."""

import os
import subprocess
from pathlib import Path

import pytest
import yaml

from tools.examples import ROOT, Example, all_examples

CLI = os.environ.get("CROSSPLANE")
EXAMPLES = [example for example in all_examples() if example.written.name != "integration.yaml"] if CLI else []


REFUSED = {
    "invalid": ("replica", "imgePullSecrets", "spec.resources.limits.memory", "spec.service.port", "keep one storage"),
    "template-itself-invalid": ("replica", "keep one storage"),
    "cache-invalid": ("spec.maxCacheSize", "spec.cacheTTL", "spec.storage"),
}


def validate(flavour: str, *files: Path, cache: Path) -> subprocess.CompletedProcess[str]:
    command = [
        CLI,
        "resource",
        "validate",
        ROOT / "apis" / flavour,
        ",".join(map(str, files)),
        "--crossplane-image=",
        "--cache-dir",
        cache,
    ]
    return subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.folder.name)
def test_what_a_team_writes_is_valid_by_the_xrd(example: Example, tmp_path: Path):
    result = validate("claims" if example.claims else "namespaced", example.written, cache=tmp_path)
    if example.folder.name in REFUSED:
        assert result.returncode != 0
        assert [field for field in REFUSED[example.folder.name] if field not in result.stdout] == []
        return
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.folder.name)
def test_status_and_integrations_are_valid_by_the_xrds(example: Example, tmp_path: Path):
    ours = [
        d for d in yaml.safe_load_all(example.expected.read_text()) if d and d["apiVersion"].startswith("registry-operator.dev/")
    ]
    if example.rendered().fatal or example.folder.name in REFUSED:
        return
    (tmp_path / "ours.yaml").write_text(yaml.safe_dump_all(ours))
    result = validate("claims" if example.claims else "namespaced", tmp_path / "ours.yaml", cache=tmp_path / "cache")
    assert result.returncode == 0, result.stdout + result.stderr
