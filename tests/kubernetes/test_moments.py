from __future__ import annotations

import pytest

from function.kubernetes import moments


@pytest.mark.parametrize(
    ("moment", "seconds", "later"),
    [
        ("2026-11-26T07:12:33Z", 60, "2026-11-26T07:13:33Z"),
        ("2026-12-31T23:59:59Z", 1, "2027-01-01T00:00:00Z"),
        ("2026-11-26T07:12:33.5+01:00", 0, "2026-11-26T06:12:33Z"),
        ("2026-11-26T07:12:33", 60, ""),
        ("9999-12-31T23:59:59Z", 86400, ""),
        ("soon", 60, ""),
        ("", 60, ""),
    ],
)
def test_a_moment_later(moment: str, seconds: int, later: str):
    assert moments.after(moment, seconds) == later
