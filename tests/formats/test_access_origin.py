"""What a token of an access rule means for where somebody comes from."""

from itertools import product

import pytest

from pamkit.formats.access_origin import Answer, origin_matches
from tests.formats.access_known import Names, question

NO, MAYBE, YES = Answer.NO, Answer.MAYBE, Answer.YES

_HOSTS: dict[str, tuple[str, ...] | None] = {
    "far": ("192.0.2.7",),
    "far.example.org": ("192.0.2.7",),
    "both": ("192.0.2.8", "2001:db8::8"),
    "six": ("2001:db8::7",),
    "silent": None,
    "cron": ("203.0.113.5",),
    "cron.example.org": ("203.0.113.5",),
    "tty1": ("203.0.113.5",),
    "tty2": ("203.0.113.5",),
    "ttyS0": ("203.0.113.5",),
    "console": ("203.0.113.5",),
    "Cron": ("203.0.113.5",),
    "CONSOLE": ("203.0.113.5",),
    "TTY2": ("203.0.113.5",),
    "ttys0": ("203.0.113.5",),
    "LOCAL": ("203.0.113.5",),
    "NONE": ("203.0.113.5",),
    "fe80::1%eth0": ("fe80::1",),
    ":0": ("203.0.113.5",),
    ".example.org": ("203.0.113.5",),
}


def _known() -> Names:
    return Names(
        hosts=_HOSTS,
        netgroups=(("machines", "far", None), ("machines", "tty1", None)),
        terminals=("tty1",),
        services=("cron",),
    )


def _from(host: str, token: str) -> Answer:
    return origin_matches(token, question(_known(), host))


def _at(terminal: str, token: str) -> Answer:
    return origin_matches(token, question(_known(), origin=terminal))


@pytest.mark.parametrize(
    ("host", "token", "expected"),
    [
        ("far", "ALL", YES),
        ("far", "all", YES),
        ("far", "far", YES),
        ("far", "FAR", YES),
        ("far", "fa", NO),
        ("far", "LOCAL", NO),
        ("far", "@machines", YES),
        ("both", "@machines", NO),
        ("far.example.org", ".example.org", YES),
        ("far.example.org", ".EXAMPLE.ORG", YES),
        ("far.example.org", ".org", YES),
        ("far.example.org", ".ample.org", NO),
        (".example.org", ".example.org", YES),  # the very same word
        ("192.0.2.7", ".7", YES),  # C: a suffix is a suffix
        ("192.0.2.7", "192.0.2.", YES),
        ("192.0.2.7", "192.0.", YES),
        ("192.0.2.7", "192.", YES),
        ("192.0.2.7", "19.", NO),
        ("192.0.2.7", "192.0.2.7.", YES),
        ("far", "192.0.2.", YES),
        ("both", "192.0.2.", YES),
        ("six", "192.0.2.", NO),
        ("six", "example.org.", NO),
        ("nobody", "example.org.", NO),
        ("192.0.2.7", "192.0.2.7", YES),
        ("192.0.2.8", "192.0.2.7", NO),
        ("far", "192.0.2.7", YES),
        ("both", "2001:db8::8", YES),
        ("2001:db8::8", "2001:DB8:0:0:0:0:0:8", YES),
        ("192.0.2.7", "192.0.2.0/24", YES),
        ("192.0.3.7", "192.0.2.0/24", NO),
        ("192.0.2.7", "192.0.2.0/255.255.255.0", YES),
        ("192.0.3.7", "192.0.2.0/255.255.255.0", NO),
        ("192.9.2.7", "192.0.2.0/255.0.255.0", YES),
        ("192.0.2.7", "192.0.2.99/24", YES),
        ("192.0.2.7", "192.0.2.0/0x18", YES),
        ("192.0.2.7", "192.0.2.0/030", YES),
        ("192.0.2.7", "192.0.2.7/32", YES),
        ("192.0.2.8", "192.0.2.7/32", NO),
        ("2001:db8:0:1::7", "2001:db8::/32", YES),
        ("2001:db9::7", "2001:db8::/32", NO),
        ("2001:db8::7", "2001:db8::/ffff:ffff::", YES),
        ("192.0.2.7", "2001:db8::/32", NO),
        ("192.0.2.7", "10.0.0.0/0.0.0.0", YES),  # C: by a mask without bits it is everybody
        ("2001:db8::7", "::/::", YES),
        ("2001:db8::7", "0.0.0.0/0.0.0.0", NO),
        ("::1", "127.0.0.1", YES),
        ("127.0.0.1", "::1", YES),
        ("127.0.0.2", "::1", NO),
        ("::ffff:192.0.2.7", "192.0.2.0/24", YES),
        ("::ffff:192.0.2.7", "::ffff:0:0/96", YES),
        ("fe80::1%eth0", "fe80::/10", YES),
        ("192.0.2.7", "far", YES),
        ("192.0.2.8", "far", NO),
        ("far", "far.example.org", YES),
        ("2001:db8::8", "both", YES),
        ("192.0.2.7", "unknown", NO),
        ("192.0.2.7", "vc/1", NO),
        ("192.0.2.7", "pts/0", NO),
        ("192.0.2.7", "", NO),
        ("203.0.113.5", "NONE", NO),
        ("203.0.113.5", ":0", NO),
        ("203.0.113.5", ".example.org", NO),
        ("203.0.113.5", "LOCAL", NO),
        ("203.0.113.5", "tty1", NO),
    ],
)
def test_what_a_token_says_of_another_machine(host: str, token: str, expected: Answer) -> None:
    assert expected is _from(host, token)


@pytest.mark.parametrize(
    ("host", "token"),
    [
        # Who has no address may be anywhere.
        *product(("nobody", "silent"), ("192.0.2.7", "192.0.2.0/24", "192.", "far", "::/1")),
        # An address with an interface that is none.
        *product(("192.0.2.7%x", "fe80::1%x", "2001:db8::7%"), ("192.0.2.0/24", "::/1", "fe80::1")),
        # The DNS does not say whose name it is.
        ("192.0.2.7", "silent"),
        ("far", "silent"),
        # No network at all, or all of them.
        *product(("192.0.2.7", "far"), ("192.0.2.0/33", "192.0.2.0/-1", "192.0.2/24", "1.2.3.4/x")),
        *product(
            ("192.0.2.7", "far"), ("far.example.org/24", "192.0.2.0/::1", "192.0.2.0/", "::1/129")
        ),
        *product(("192.0.2.7", "far"), ("0.0.0.0/0", "10.0.0.0/0")),
        ("six", "::/0"),
        ("six", "2001:db8/32"),
        # A name that is somebody else's here.
        *product(("203.0.113.5", "cron.example.org"), ("cron", "tty2", "console", "ttyS0")),
        *product(("203.0.113.5",), ("Cron", "CONSOLE", "TTY2", "ttys0")),
    ],
)
def test_what_cannot_be_told_is_neither_yes_nor_no(host: str, token: str) -> None:
    assert _from(host, token) is MAYBE


@pytest.mark.parametrize(
    ("host", "token", "expected"),
    [("10.0.0.0", "10.0.0.0/0", YES), ("192.0.2.7", "::/0", NO), ("six", "0.0.0.0/0", NO)],
)
def test_a_network_without_bits_is_certain_about_one_address_and_one_kind(
    host: str, token: str, expected: Answer
) -> None:
    assert expected is _from(host, token)


@pytest.mark.parametrize(
    ("terminal", "token", "expected"),
    [
        ("tty1", "ALL", YES),
        ("tty1", "TTY1", YES),
        ("tty1", "tty2", NO),
        ("tty1", "LOCAL", YES),
        ("tty1", "@machines", YES),
        ("tty2", "@machines", NO),
        ("pts/0", "pts/0", YES),
        (":0", ":0", YES),
        ("cron", "cron", YES),
        ("far", "192.0.2.7", NO),
        ("192.0.2.7", "192.0.2.0/24", NO),
        ("192.0.2.7", "192.", NO),
        ("192.0.2.7", "far", NO),
        ("a.example.org", ".example.org", NO),
        ("nobody", "192.0.2.0/33", NO),
        ("", "ALL", YES),
        ("", "LOCAL", YES),
        ("", "NONE", NO),
    ],
)
def test_what_a_token_says_of_a_terminal(terminal: str, token: str, expected: Answer) -> None:
    assert expected is _at(terminal, token)


def test_nothing_is_looked_up_for_a_terminal() -> None:
    known = _known()
    for token in (*_HOSTS, "192.0.2.7", "192.", "10.0.0.0/8", "unknown"):
        origin_matches(token, question(known, origin="far"))
    assert known.asked == []


@pytest.mark.parametrize(
    "token", ["LOCAL", "ALL", "NONE", ":0", "tty1", ".example.org", "@far", "a/1"]
)
def test_what_is_no_host_is_not_looked_up(token: str) -> None:
    known = _known()
    origin_matches(token, question(known, "203.0.113.5"))
    assert known.asked == []


def test_without_the_dns_no_token_is_looked_up() -> None:
    known = _known()
    asked = question(known, "192.0.2.7").changed(host_names=False)
    for token in ("far", "silent", "cron", "unknown"):
        assert origin_matches(token, asked) is NO
    assert known.asked == []
    assert origin_matches("192.0.2.", asked) is YES


def test_this_machine_without_an_address_is_at_none() -> None:
    known = _known()
    here = question(known, "nobody").changed(here=True)
    assert [origin_matches(token, here) for token in ("192.0.2.7", "192.", "far")] == [NO] * 3
    silent = here.changed(origin="silent")
    assert origin_matches("192.0.2.7", silent) is MAYBE
