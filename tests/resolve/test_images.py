import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from function.resolve import images

SHA256 = "sha256:" + "a" * 64


@pytest.mark.parametrize(
    ("reference", "tag", "digest"),
    [
        ("registry", "", ""),
        ("registry:3.1.1", "3.1.1", ""),
        ("docker.io/library/registry:3.1.1", "3.1.1", ""),
        ("registry.example.com:5000/mirror/registry:2.8.3", "2.8.3", ""),
        ("localhost:5000/registry", "", ""),
        ("[fd00::1]:5000/registry:3", "3", ""),
        (f"registry@{SHA256}", "", SHA256),
        (f"registry:3.1.1@{SHA256}", "3.1.1", SHA256),
        ("registry@sha512:" + "b" * 128, "", "sha512:" + "b" * 128),
        ("a.b__c-d--e/f_g:T_a-g.1", "T_a-g.1", ""),
    ],
)
def test_a_reference_is_taken_apart(reference: str, tag: str, digest: str):
    parsed = images.parse(reference)
    assert (parsed.reference, parsed.tag, parsed.digest) == (reference, tag, digest)


@pytest.mark.parametrize(
    "reference",
    [
        *[
            "",
            ":3",
            "Registry:3",
            "registry:",
            "registry:3 ",
            " registry",
            "https://registry:3",
            "registry@sha256:abc",
            "registry::3",
        ],
        *["-registry", "registry:.3", "a//b", "registry@md5:abc", "registry:3.1.1\n", "r\u00e9gistry", "_a", "a_", "a___b"],
        "registry:" + "a" * 129,
    ],
)
def test_what_is_no_reference_is_a_value_error(reference: str):
    with pytest.raises(ValueError):  # noqa: PT011  the caller only asks whether it is one
        images.parse(reference)


@pytest.mark.parametrize(
    ("tag", "dialect", "unsupported"),
    [
        ("3.1.1", "3.1", ""),
        ("3.1", "3.1", ""),
        ("3.0.0", "3.1", ""),
        ("3", "3.1", ""),
        ("v3.1.1", "3.1", ""),
        ("3.2.0-rc.1", "3.1", ""),
        ("3.1.1-alpine", "3.1", ""),
        ("3.0.0_build7", "3.1", ""),
        ("2.8.3", "2.8", ""),
        ("2.8", "2.8", ""),
        ("2", "2.8", ""),
        ("v2.8.2", "2.8", ""),
        ("2.7.1", None, "2.7"),
        ("2.70", None, "2.70"),
        ("1", None, "1"),
        ("4.0.0", None, "4.0"),
        ("31", None, "31"),
        ("latest", None, ""),
        ("stable", None, ""),
        ("edge-3.1.1", None, ""),
        ("", None, ""),
    ],
)
def test_the_tag_tells_the_dialect(tag: str, dialect: str | None, unsupported: str):
    parsed = images.parse(f"registry:{tag}" if tag else "registry")
    assert (parsed.dialect, parsed.unsupported) == (dialect, unsupported)


@pytest.mark.parametrize(
    ("reference", "exact"),
    [
        ("registry:3.1.1", True),
        ("registry:v2.8.3", True),
        ("registry:3.1.1-r2", True),
        (f"registry@{SHA256}", True),
        (f"registry:latest@{SHA256}", True),
        ("registry:3.1", False),
        ("registry:3", False),
        ("registry:3-alpine3.23", False),
        ("registry:latest", False),
        ("registry", False),
    ],
)
def test_a_tag_that_moves_is_pulled_each_time(reference: str, exact: bool):
    parsed = images.parse(reference)
    assert parsed.exact is exact
    assert parsed.pull_policy == ("IfNotPresent" if exact else "Always")


def test_the_default_is_an_exact_image_of_a_known_dialect():
    parsed = images.parse(images.DEFAULT)
    assert parsed.exact
    assert parsed.dialect == "3.1"


@given(st.text())
def test_any_text_is_an_image_or_a_value_error(text: str):
    try:
        assert images.parse(text).reference == text
    except ValueError as error:
        assert error.args == (text,)  # noqa: PT017  both outcomes are right


@pytest.mark.parametrize(
    "text", ["a" * 1023 + "!", "a." * 511 + "!", "a-" * 511 + "!", "a/" * 511 + "!", "A-" * 500 + "/!", "a__" * 340]
)
def test_a_long_text_is_refused_without_delay(text: str):
    """A pattern that tries all ways to split a text would take longer than the universe has."""
    began = time.process_time()
    with pytest.raises(ValueError):  # noqa: PT011
        images.parse(text)
    assert time.process_time() - began < 1
