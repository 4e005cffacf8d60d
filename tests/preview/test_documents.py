"""Which documents a preview reads, and what it says of files that it cannot use."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from function import preview
from function.main import cli

CLAIM = """
apiVersion: registry-operator.dev/v1alpha1
kind: Registry
metadata: {name: my-registry, namespace: team-a}
spec: {storage: {s3: {bucket: images, region: eu-central-1, credentialsSecretName: keys}}}
"""
SECRET = """
apiVersion: v1
kind: Secret
metadata: {name: keys, namespace: team-a}
data: {AWS_ACCESS_KEY_ID: a2V5, AWS_SECRET_ACCESS_KEY: a2V5}
"""


def written(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(text)
    return folder


def test_a_list_is_what_it_holds(tmp_path: Path):
    items = "".join(f"- {text.strip().replace(chr(10), chr(10) + '  ')}\n" for text in (CLAIM, SECRET))
    written(tmp_path, all=f"apiVersion: v1\nkind: List\nitems:\n{items}")
    assert "deployment" in preview.render(preview.read([tmp_path / "all.yaml"])).composed


def test_what_a_render_wrote_into_a_folder_is_not_read_by_the_next(tmp_path: Path):
    written(tmp_path, claim=CLAIM, required=SECRET)
    first = preview.render(preview.read([tmp_path]))
    written(tmp_path, rendered=preview.stream(first))
    assert preview.render(preview.read([tmp_path])) == first


def test_dates_stay_as_they_are_written(tmp_path: Path):
    written(tmp_path, claim=CLAIM.replace("images", "2024-01-01"))
    assert preview.read([tmp_path]).composite["spec"]["storage"]["s3"]["bucket"] == "2024-01-01"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: [", "is not YAML"),
        ("- 1", "is not a Kubernetes object"),
        ("", "no document is of registry-operator.dev/v1alpha1"),
        (SECRET, "no document is of registry-operator.dev/v1alpha1"),
        (CLAIM.replace(", namespace: team-a", ""), "metadata.name and metadata.namespace are needed"),
        ("metadata: 3", "is not a Kubernetes object"),
    ],
    ids=["no YAML", "a list", "empty", "a Secret", "no namespace", "no metadata"],
)
def test_a_file_that_cannot_be_used_is_named_and_ends_with_2(tmp_path: Path, text: str, said: str):
    written(tmp_path, claim=text)
    result = CliRunner().invoke(cli, ["render", str(tmp_path / "claim.yaml")])
    assert result.exit_code == 2
    assert said in result.output
    assert "Traceback" not in result.output


def test_a_refused_spec_ends_with_1_and_is_shown_all_the_same(tmp_path: Path):
    written(tmp_path, claim=CLAIM.replace("s3:", "s4:"))
    result = CliRunner().invoke(cli, ["render", str(tmp_path / "claim.yaml"), "--tree"])
    assert result.exit_code == 1
    assert "Valid=False (InvalidSpec)" in result.output
    assert "refused: the spec is not valid, nothing was changed: " in result.output


def test_a_target_that_nobody_serves_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("function.preview.rendering.CALL_SECONDS", 0.2)
    written(tmp_path, claim=CLAIM)
    result = CliRunner().invoke(cli, ["render", str(tmp_path / "claim.yaml"), "--target", "127.0.0.1:1"])
    assert result.exit_code == 2
    assert "no function answers at 127.0.0.1:1" in result.output
