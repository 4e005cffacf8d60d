"""Names, numbers, options and keys in the documents are those of the code."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
import yaml
from pydantic import BaseModel

from function import main
from function.api.registry import RegistrySpec
from function.components import access, cache, integration, workload
from function.distribution import overrides
from function.kubernetes import containers, labels
from function.kubernetes.names import OWNER_LIMIT, Keys
from function.resolve import images, plan, references
from function.resolve.problems import blocks
from tests.docs.documents import ROOT, tables
from tools.reference import DEFAULT

README, GUIDE, INSTALL, DESIGN = (
    (ROOT / name).read_text() for name in ("README.md", "docs/guide.md", "docs/install.md", "docs/design.md")
)
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())


def keys() -> Iterator[str]:
    """Yield the keys of composed objects as the documents write them."""
    for name, key in vars(Keys).items():
        if name.isupper():
            behind = "<ordinal>" if key == Keys.CACHE_VOLUME else "<hash>"
            yield f"{key}{behind}" if key.endswith("-") else key
    yield integration.CLAIM
    yield f"{integration.ACCESS}-<hash>"


@pytest.mark.parametrize("name", [*keys(), *labels.MEMORY, labels.RELEASE])
def test_the_design_has_every_key_and_annotation(name: str):
    assert f"`{name}`" in DESIGN


def test_the_design_has_the_annotations_of_pods():
    assert f"`{workload.VERSION_ANNOTATION}`" in DESIGN


@pytest.mark.parametrize("key", overrides.OURS)
def test_the_guide_has_every_key_that_config_may_not_have(key: str):
    assert any(f"`{key}`" in cells[0] for heading, cells in tables(ROOT / "docs/guide.md") if heading == "Parts of config.yml")


@pytest.mark.parametrize("name", [field.alias or name for name, field in RegistrySpec.model_fields.items()])
def test_the_guide_has_every_field_of_a_spec(name: str):
    assert re.search(rf"`{name}`|\b{name}:", GUIDE)


SAID = {
    f"at most {OWNER_LIMIT} characters": GUIDE,
    f"Without `image` it is `{images.DEFAULT}`": GUIDE,
    f"its default of {RegistrySpec().upgrade.min_ready_seconds}": GUIDE,
    f"serving for {workload.PRESTOP_SECONDS} seconds": GUIDE,
    f"for up to {plan.DRAIN_SECONDS} seconds": GUIDE,
    f"at port {plan.METRICS_PORT}, path `/metrics`": GUIDE,
    f"a ClusterIP at port {RegistrySpec().service.port}": GUIDE,
    f"requests {plan.DEFAULT_REQUESTS['cpu']} of CPU and {plan.DEFAULT_REQUESTS['memory']} of memory": GUIDE,
    f"the user and group {containers.USER}": GUIDE,
    f"user and group {containers.USER}, with a read-only": GUIDE,
    f"the keys `{references.AWS_KEYS[0]}` and `{references.AWS_KEYS[1]}`": GUIDE,
    f"the key `{references.AZURE_KEYS[0]}`": GUIDE,
    f"the key `{references.GCS_KEYS[0]}`": GUIDE,
    f"app.kubernetes.io/name={access.PROMETHEUS['podSelector']['matchLabels']['app.kubernetes.io/name']}": GUIDE,
    f"| Python, to build and to render | {PYPROJECT['project']['requires-python'].removeprefix('>=')} and newer |": README,
}
"""What the code says in numbers and names, and where it is said in words."""


@pytest.mark.parametrize("words", SAID)
def test_the_documents_say_what_the_code_says(words: str):
    assert words in " ".join(SAID[words].split())


@pytest.mark.parametrize("package", ["function", "configuration", "configuration-namespaced"])
def test_the_first_page_has_the_version_of_crossplane_that_the_packages_ask_for(package: str):
    asked = yaml.safe_load((ROOT / "package" / package / "crossplane.yaml").read_text())["spec"]["crossplane"]["version"]
    found = re.fullmatch(r">=v(\d+\.\d+)\.0-0", asked)
    assert found
    assert f"| Crossplane | {found[1]} and newer" in README


def test_the_installation_names_the_function_as_the_compositions_do():
    for path in (ROOT / "compositions").rglob("*.yaml"):
        (step,) = yaml.safe_load(path.read_text())["spec"]["pipeline"]
        assert f"named `{step['functionRef']['name']}`" in INSTALL


def test_the_page_of_the_cache_has_every_metric_of_the_janitor_and_no_other():
    program = Path(cache.__path__[0], "janitor.sh").read_text()
    told = set(re.findall(r"`registry_cache_([a-z_]+)`", (ROOT / "docs/caches.md").read_text()))
    kinds = re.findall(r"'([a-z_]+) (?:gauge|counter)'", program)
    assert told == {*kinds, "removed_total", "removed_bytes_total"}


def options(command: click.Command) -> list[set[str]]:
    return [set(option.opts) for option in command.params if isinstance(option, click.Option)]


def test_the_installation_has_every_option_and_no_other():
    named = {
        name
        for heading, cells in tables(ROOT / "docs/install.md")
        if heading == "Options of the function"
        for name in re.findall(r"`(--[-a-z]+)`", cells[0])
    }
    assert all(names & named for names in options(main.cli))
    assert named <= set().union(*options(main.cli))


def test_the_guide_has_every_option_of_the_preview():
    missing = [names for names in options(main.render) if not any(name in GUIDE for name in names)]
    assert not missing


def models(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    yield model
    for field in model.model_fields.values():
        for block in blocks(field.annotation):
            yield from models(block)


def test_a_description_tells_the_default_that_there_is():
    for model in models(RegistrySpec):
        for name, field in model.model_fields.items():
            if isinstance(field.default, str | int) and field.default not in ("",) and not field.is_required():
                told = DEFAULT.search(field.description or "")
                written = json.dumps(field.default) if isinstance(field.default, bool) else str(field.default)
                assert not told or told["default"] == written, f"{model.__name__}.{name}"
