"""Values that nobody can guess, and that are the same when they are asked for again."""

import re

from function import chance


def test_a_value_is_the_same_for_the_same_purpose_under_the_same_key():
    assert chance.of(b"key")(b"one") == chance.of(b"key")(b"one")
    assert chance.of(b"key")(b"one") != chance.of(b"key")(b"other")
    assert chance.of(b"key")(b"one") != chance.of(b"another key")(b"one")


def test_without_a_key_values_are_of_this_process():
    values = chance.of()
    assert values(b"one") == values(b"one")
    assert values(b"one") != chance.of()(b"one")


def test_a_value_has_64_hexadecimal_digits():
    assert re.fullmatch("[0-9a-f]{64}", chance.of(b"key")(b""))
