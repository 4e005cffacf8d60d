"""Durations as Go writes them."""

import pytest

from function.kubernetes import duration


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("24h", 86400),
        ("1h30m", 5400),
        ("90s", 90),
        ("1.5h", 5400),
        ("0", 0),
        (0, 0),
        ("0s", 0),
        ("0.1s", 1),
        ("1m0.5s", 61),
        ("2562047h", 9223369200),
    ],
)
def test_a_duration_is_whole_seconds(text: str | int, seconds: int):
    assert duration.parse(text) == seconds


@pytest.mark.parametrize(
    "text", ["", "1", 1, "7d", "-1h", "1h ", "1 h", "h", "1.h", ".5h", "1H", "٣h", "9999999h", "100ms", "1h\n"]
)
def test_what_is_none_is_refused(text: str | int):
    with pytest.raises(ValueError, match=r"^"):
        duration.parse(text)
