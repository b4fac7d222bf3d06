"""Where the native libraries were not built, they are not looked for at every login."""

from __future__ import annotations

import pytest

from pamkit.guests import host
from pamkit.guests.host import NoHost, NotBuilt, library


def test_libraries_that_are_not_there_are_looked_for_again_after_a_while(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looked: list[float] = []
    moments = [0.0]

    def opened(path: str | None) -> None:
        looked.append(moments[-1])
        raise NotBuilt("there are none")

    monkeypatch.setattr(host, "_library", None)
    monkeypatch.setattr(host, "_absent", (0.0, -1, ""))
    monkeypatch.setattr(host, "_opened", opened)
    for moment in (100.0, 105.0, 109.9, 110.0, 111.0):
        moments.append(moment)
        with pytest.raises(NoHost, match="there are none"):
            library(None, lambda: moments[-1])
    assert looked == [100.0, 110.0]


def test_what_else_is_wrong_is_tried_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[str | None] = []

    def opened(path: str | None) -> None:
        looked.append(path)
        raise NoHost("another libpam is in this process")

    monkeypatch.setattr(host, "_library", None)
    monkeypatch.setattr(host, "_absent", (0.0, -1, ""))
    monkeypatch.setattr(host, "_opened", opened)
    for _ in range(2):
        with pytest.raises(NoHost, match="another libpam"):
            library(None, lambda: 100.0)
    assert looked == [None, None]
