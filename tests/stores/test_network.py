"""What the machine knows of other machines."""

import pytest

from pamkit.stores import network
from pamkit.stores.network import HostNames


class _Library:
    """Notes what it is asked, and knows one host."""

    def __init__(self) -> None:
        self.asked: list[bytes] = []

    def addresses(self, host: bytes) -> tuple[bytes, ...]:
        self.asked.append(host)
        return b"192.0.2.7", b"2001:db8::7"


@pytest.fixture
def library(monkeypatch: pytest.MonkeyPatch) -> _Library:
    library = _Library()
    monkeypatch.setattr(network, "c_library", library)
    return library


def test_addresses_come_as_text(library: _Library) -> None:
    assert HostNames().addresses("far") == ("192.0.2.7", "2001:db8::7")
    assert library.asked == [b"far"]


def test_a_name_is_carried_as_it_is(library: _Library) -> None:
    HostNames().addresses("b\u00fccher")
    HostNames().addresses("\udcff")
    assert library.asked == ["b\u00fccher".encode(), b"\xff"]


@pytest.mark.parametrize("host", ["", "a\0b", "\0", "\ud800"])
def test_what_c_would_take_for_another_name_is_not_asked(library: _Library, host: str) -> None:
    with pytest.raises(OSError, match="a name that C cannot carry"):
        HostNames().addresses(host)
    assert library.asked == []


def test_a_number_is_its_own_address() -> None:
    assert HostNames().addresses("192.0.2.9") == ("192.0.2.9",)
    assert HostNames().addresses("2001:db8:0::9") == ("2001:db8::9",)
