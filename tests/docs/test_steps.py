"""The steps of the installation, which CI runs as they are written, and what they print."""

import subprocess

import yaml

from tests.docs.documents import ROOT, blocks
from tools.steps import script, steps

INSTALL = ROOT / "docs/install.md"


def test_the_steps_lead_from_nothing_to_a_first_push():
    names = ["choices", "packages", "push", "rights", "install", "first-registry", "first-push", "clean-up"]
    assert list(steps(INSTALL)) == names


def test_every_marked_block_is_a_step():
    marked = [block for block in blocks(INSTALL) if block.marker == "step"]
    assert {block.of: block.text for block in marked} == steps(INSTALL)


def test_a_choice_is_left_out_where_it_was_made():
    assert "export REGISTRY=" in script(INSTALL, set(), [])
    made = script(INSTALL, {"REGISTRY"}, ["choices", "push"])
    assert "export REGISTRY=" not in made
    assert made.endswith("make push\n")


def test_the_installation_shows_what_make_prints():
    registry = "registry.example.com/registry-operator"
    printed = subprocess.run(
        ["make", "-s", "manifest", f"REGISTRY={registry}"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    assert printed in [block.text for block in blocks(INSTALL)]


def test_both_configurations_are_of_the_flavour():
    for flavour, name in (("claims", "registry-operator"), ("namespaced", "registry-operator-namespaced")):
        printed = subprocess.run(
            ["make", "-s", "manifest", f"FLAVOUR={flavour}"], cwd=ROOT, capture_output=True, text=True, check=True
        ).stdout
        _, configuration = yaml.safe_load_all(printed)
        assert configuration["metadata"]["name"] == name


def test_the_configurations_ask_for_the_function_of_this_version():
    version = next(line for line in (ROOT / "pyproject.toml").read_text().splitlines() if line.startswith("version = ")).split('"')[
        1
    ]
    for name in ("configuration", "configuration-namespaced"):
        (dependency,) = yaml.safe_load((ROOT / "package" / name / "crossplane.yaml").read_text())["spec"]["dependsOn"]
        assert dependency["version"] == f">=v{version}"
