from typing import Any

import pytest

from function.kubernetes.document import PlainDocument, condition, items, mapping, number, text


def test_a_document_is_asked_path_by_path():
    document = PlainDocument({"a": {"b": [1], "c": None}, "d": False})
    assert document.at("a", "b") == [1]
    assert document.at("d") is False
    assert document.at() == {"a": {"b": [1], "c": None}, "d": False}


@pytest.mark.parametrize("path", [("x",), ("a", "x"), ("a", "b", "x"), ("a", "c"), ("a", "c", "x"), ("d", "x")])
def test_what_is_not_there_is_none(path: tuple[str, ...]):
    assert PlainDocument({"a": {"b": [1], "c": None}, "d": False}).at(*path) is None


@pytest.mark.parametrize(
    ("read", "value", "other"),
    [(text, "a", ""), (number, 3, 0), (mapping, {"a": 1}, {}), (items, [1], [])],
    ids=["text", "number", "mapping", "items"],
)
def test_a_value_of_another_type_is_read_as_none_at_all(read: Any, value: Any, other: Any):
    assert read(value) == value
    for wrong in ("a", 3, 1.5, True, None, {"a": 1}, [1]):
        if type(wrong) is not type(value):
            assert read(wrong) == other


@pytest.mark.parametrize("conditions", [None, {}, "x", [], [None, "Ready", {}], [{"type": "Synced"}], [{"type": ["Ready"]}]])
def test_a_condition_that_is_not_there_is_empty(conditions: Any):
    assert condition(PlainDocument({"status": {"conditions": conditions}}), "Ready") == {}


def test_a_condition_is_found_by_its_type():
    there = {"type": "Ready", "status": "True"}
    assert condition(PlainDocument({"status": {"conditions": [{"type": "Synced"}, there]}}), "Ready") == there
