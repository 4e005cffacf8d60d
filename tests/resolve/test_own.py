"""What a team did itself, told from what was changed for many."""

from __future__ import annotations

import pytest

from function.resolve import own

THEN = own.told({"replicas": 2}, {"keys": "a", "http": "c"})


def test_its_form_stays():
    """With another one, each registry would seem to have been edited."""
    assert own.told({"b": 1, "a": [2]}, {"keys": "x"}) == "41ff4104bc keys:2d711642b7"


@pytest.mark.parametrize(
    ("spec", "secrets", "edited"),
    [
        ({"replicas": 2}, {"keys": "a", "http": "c"}, False),
        ({"replicas": 3}, {"keys": "a", "http": "c"}, True),
        ({"replicas": 2}, {"keys": "b", "http": "c"}, True),
        ({"replicas": 2}, {"others": "b", "http": "c"}, False),
        ({"replicas": 2}, {"keys": "a", "more": "d", "http": "c"}, False),
        ({"replicas": 2}, {}, False),
    ],
)
def test_an_edit_is_told(spec: dict[str, int], secrets: dict[str, str], edited: bool):
    assert own.edited(own.told(spec, secrets), THEN) is edited


@pytest.mark.parametrize("line", ["", " ", "x:y", "a b c", ":"])
def test_what_others_wrote_into_it_is_an_edit(line: str):
    assert own.edited(THEN, line)
