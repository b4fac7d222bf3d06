"""Addresses as numbers: the same as the standard library's, and inet_pton's."""

import ipaddress
import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pamkit.formats.ip_address import Address, address, dotted, embedded, prefix_mask

_FOUR = st.integers(0, 2**32 - 1)
_EIGHT = st.integers(0, 2**128 - 1) | st.lists(
    st.sampled_from([0, 0, 0, 1, 0xFFFF, 0x2001, 0xABC]), min_size=8, max_size=8
).map(lambda groups: sum(group << 16 * at for at, group in enumerate(groups)))
_TEXT = st.text(st.sampled_from("0123456789abfF:.:.xg %/-"), max_size=24)


@given(_FOUR)
def test_every_ipv4_address_is_read_and_written(number: int) -> None:
    text = str(ipaddress.IPv4Address(number))
    assert address(text) == Address(32, number)
    assert dotted(Address(32, number)) == text


@given(_EIGHT)
def test_every_ipv6_address_is_read_short_and_long(number: int) -> None:
    known = ipaddress.IPv6Address(number)
    for text in (str(known), known.exploded, known.exploded.upper()):
        assert address(text) == Address(128, number)


@given(_EIGHT)
def test_an_ipv4_address_may_stand_at_the_end(number: int) -> None:
    head = ":".join(f"{number >> shift & 0xFFFF:x}" for shift in range(112, 16, -16))
    text = f"{head}:{ipaddress.IPv4Address(number & 0xFFFFFFFF)}"
    assert address(text) == Address(128, number)


@given(_TEXT)
def test_what_is_an_address_is_what_the_c_library_says(text: str) -> None:
    assert _by_c(text) == address(text)


def _by_c(text: str) -> Address | None:
    for family, bits in ((socket.AF_INET, 32), (socket.AF_INET6, 128)):
        try:
            return Address(bits, int.from_bytes(socket.inet_pton(family, text), "big"))
        except OSError:
            continue
    return None


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            ".",
            ":",
            ":::",
            "1.2.3",
            "1.2.3.4.5",
            "01.2.3.4",
            "256.1.1.1",
            "1.2.3.4 ",
            " 1.2.3.4",
        ),
        *("1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1::2::3", "12345::", ":1:2:3:4:5:6:7:8", "1:"),
        *("::1.2.3", "1.2.3.4::", "::1.2.3.4:5", "fe80::1%eth0", "::g", "1:2:3:4:5:6:7:8::"),
        *("\u0661.2.3.4", "::\u0661", "1.2.3.+4", "1.2.3.-4", "1_0.2.3.4", "::1_0", "0x1.2.3.4"),
    ],
)
def test_what_looks_like_an_address_is_none(text: str) -> None:
    assert address(text) is None


@given(_FOUR, _FOUR, st.integers(0, 32))
def test_an_ipv4_address_is_in_the_networks_it_is_in(one: int, other: int, length: int) -> None:
    network = ipaddress.IPv4Network((other, length), strict=False)
    expected = ipaddress.IPv4Address(one) in network
    mask = prefix_mask(32, length)
    assert expected == Address(32, one).within(Address(32, other), mask)
    assert int(network.netmask) == mask


@given(_EIGHT, st.integers(0, 2**128 - 1), st.integers(0, 128))
def test_an_ipv6_address_is_in_the_networks_it_is_in(one: int, other: int, length: int) -> None:
    for near in (other, one ^ (other & 0xFF), one):
        network = ipaddress.IPv6Network((near, length), strict=False)
        expected = ipaddress.IPv6Address(one) in network
        mask = prefix_mask(128, length)
        assert expected == Address(128, one).within(Address(128, near), mask)


def test_addresses_of_two_kinds_are_never_in_one_network() -> None:
    assert not Address(32, 1).within(Address(128, 1), 0)
    assert not Address(128, 1).within(Address(32, 1), 1)


@given(_EIGHT | _FOUR.map(lambda number: 0xFFFF << 32 | number))
def test_a_mapped_address_has_the_ipv4_address_inside(number: int) -> None:
    inside = ipaddress.IPv6Address(number).ipv4_mapped
    expected = None if inside is None else Address(32, int(inside))
    assert expected == embedded(Address(128, number))
    assert embedded(Address(32, number & 0xFFFFFFFF)) is None


def test_two_addresses_are_the_machine_itself() -> None:
    for text in ("127.0.0.1", "::1", "0:0::1"):
        found = address(text)
        assert found is not None
        assert found.is_loopback
    for text in ("127.0.0.2", "::2", "::", "128.0.0.1"):
        found = address(text)
        assert found is not None
        assert not found.is_loopback
