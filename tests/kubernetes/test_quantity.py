import contextlib
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from function.kubernetes import quantity


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", 0),
        ("1", 1),
        (3, 3),
        ("10Gi", 10 * 1024**3),
        ("1.5Gi", 3 * 1024**3 // 2),
        ("1.Ki", 1024),
        (".5Ki", 512),
        ("1Ki", 1024),
        ("1Mi", 1024**2),
        ("1Ti", 1024**4),
        ("1Pi", 1024**5),
        ("1Ei", 1024**6),
        ("500m", Decimal("0.5")),
        ("1u", Decimal("0.000001")),
        ("1n", Decimal("0.000000001")),
        ("1k", 1000),
        ("1M", 10**6),
        ("1G", 10**9),
        ("1T", 10**12),
        ("1P", 10**15),
        ("1E", 10**18),
        ("1e3", 1000),
        ("1E3", 1000),
        ("1e+3", 1000),
        ("5e-1", Decimal("0.5")),
        ("1.5e2", 150),
    ],
)
def test_a_quantity_is_what_kubernetes_takes_it_for(text: str | int, value: Decimal | int):
    assert quantity.parse(text) == value


@pytest.mark.parametrize(
    "text",
    [
        *[
            "",
            " ",
            "-1",
            "+1",
            -1,
            "10 GB",
            "10GB",
            "10 Gi",
            " 10Gi",
            "10Gi ",
            "10gi",
            "1K",
            "1ki",
            "Gi",
            ".",
            "1.2.3",
            "1e",
            "1e1000",
        ],
        *["0x10", "1_000", "\u0661", "1,5", "true", "nan", "inf"],
    ],
)
def test_what_kubernetes_refuses_is_no_quantity(text: str | int):
    with pytest.raises(ValueError):  # noqa: PT011  the callers only ask whether it is one
        quantity.parse(text)


def test_a_line_break_does_not_belong_to_a_quantity():
    """A block scalar in YAML ends with one: `size: |`."""
    with pytest.raises(ValueError):  # noqa: PT011
        quantity.parse("10Gi\n")


@given(st.integers(0, 10**15), st.sampled_from(["Ki", "Mi", "Gi", "Ti"]))
def test_a_larger_number_of_the_same_unit_is_more(number: int, unit: str):
    assert quantity.parse(f"{number + 1}{unit}") > quantity.parse(f"{number}{unit}")


@given(st.text())
def test_any_text_is_a_quantity_or_a_value_error(text: str):
    with contextlib.suppress(ValueError):
        assert quantity.parse(text) >= 0


QUANTITIES = st.from_regex(quantity.PATTERN.removesuffix("$") + r"\Z") | st.sampled_from(
    ["0", "00", ".0", "0.0Gi", "0e9", "0m", "007", "0.001", "0.0050", ".0001Gi", "000.0", "0.01"]
)


@given(QUANTITIES | st.integers(0, 10**9) | st.text(max_size=6))
def test_a_quantity_is_positive_where_its_number_is(text: str | int):
    try:
        expected = quantity.parse(text) > 0
    except ValueError:
        expected = False
    assert quantity.positive(text) is expected
