import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from function.distribution.text import render

AWKWARD = [
    *["yes", "no", "on", "off", "null", "~", "true", "0123", "0o17", "1e3", "12e4", "1_000", "0x1F", ".inf", ".nan", "1:30:00"],
    *["2026-11-23", "=", "<<", "- a", "a: b", "a #b", "# a", "*abc", "&abc", "!abc", "@abc", "`abc", "%abc", "|", ">", "?", "---"],
    *["{a: b}", "[a]", '"', "'", "\\", "\\n", "$(X)", "${X}", "", " ", " a ", "\n", "a\n\nb\n", "\t", "\r", "\r\n", "\0", "\x07"],
    *["\x1b[0m", "\x7f", "\x80", "\x85", "\x9f", "\xa0", "\u2028", "\u2029", "\ufeff", "\ufffe", "\uffff", "ä", "日本", "😀", "é"],
]


@pytest.mark.parametrize("text", AWKWARD, ids=ascii)
def test_an_awkward_string_is_read_back_as_it_was(text: str):
    config = {"key": text, "list": [text, {text: text}]}
    assert yaml.safe_load(render(config)) == config


@given(st.dictionaries(st.text(max_size=20), st.recursive(st.text() | st.integers() | st.booleans(), st.lists, max_leaves=5)))
def test_whatever_the_strings_hold_they_are_read_back_as_they_were(config: dict[str, object]):
    assert yaml.safe_load(render(config)) == config


def test_the_order_of_keys_does_not_show():
    assert render({"b": {"d": 1, "c": 2}, "a": 3}) == render({"a": 3, "b": {"c": 2, "d": 1}})


def test_a_text_ends_with_one_line_break():
    assert render({}) == "{}\n"


@pytest.mark.parametrize("number", [0.5, 1e-07, 1e16, 123456789.125])
def test_a_number_that_is_not_whole_stays_a_number_for_json_readers(number: float):
    """YAML 1.1 as PyYAML reads it wants a dot in 1e-07; Distribution's reader takes it for the number that it is."""
    assert f": {number!r}" in render({"a": number})


def test_what_distribution_s_reader_refuses_is_escaped():
    """The reader of gopkg.in/yaml.v2 stops at these characters, wherever they stand."""
    assert render({"a": "\x7f\x80\u2028\ud800"}) == '{\n  "a": "\\u007f\\u0080\\u2028\\ud800"\n}\n'
