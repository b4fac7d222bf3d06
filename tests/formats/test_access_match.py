"""Lists and exceptions of access rules, users, and what is never granted."""

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pamkit.formats.access_origin import Answer
from tests.formats.access_known import Names, answer, question, verdict

NO, MAYBE, YES = Answer.NO, Answer.MAYBE, Answer.YES

_NETGROUPS = (
    ("people", None, "alice"),
    ("here", "here", "alice"),
    ("there", "there", "alice"),
    ("machines", "here", None),
    ("@odd", None, "alice"),
    ("", None, "alice"),
)


def _user(token: str, **options: bool) -> Answer:
    known = Names(
        groups=("wheel", 10, "100", "a)@(b"), netgroups=_NETGROUPS, hosts={"here": ("192.0.2.1",)}
    )
    return answer(f"+:{token}:ALL", question(known).changed(**options))


@pytest.mark.parametrize(
    ("token", "expected"),
    [
        ("alice", YES),
        ("ALICE", YES),
        ("ali", NO),
        ("bob", NO),
        ("ALL", YES),
        ("aLl", YES),
        ("LOCAL", NO),
        ("NONE", NO),
        ("1000", YES),
        ("01000", NO),
        ("1001", NO),
        ("+1000", NO),
        ("wheel", YES),
        ("Wheel", NO),
        ("(wheel)", YES),
        ("(alice)", NO),
        ("(Wheel)", NO),
        ("(10)", YES),
        ("(010)", YES),  # C: a decimal number, whatever it begins with
        ("(11)", NO),
        ("10", NO),
        ("(1000)", NO),
        ("(100)", YES),  # a group whose name is a number
        ("()", NO),
        ("(", NO),
        (")", NO),
        ("(wheel", NO),
        ("xwheel)", NO),
        ("(a)@(b)", YES),
        ("@people", YES),
        ("@nosuch", NO),
        ("@here", NO),
        ("@@here", YES),
        ("@@there", NO),
        ("@@people", NO),
        ("@@@odd", NO),
        ("@", YES),
        ("@@", NO),
        ("alice@here", YES),
        ("alice@HERE", YES),
        ("alice@there", NO),
        ("bob@here", NO),
        ("alice@ALL", YES),
        ("ALL@here", YES),
        ("alice@LOCAL", NO),
        ("alice@192.0.2.1", YES),
        ("alice@192.0.2.0/24", YES),
        ("alice@192.0.3.0/24", NO),
        ("alice@", NO),
        ("wheel@here", YES),
        ("(wheel)@here", YES),
        ("1000@here", YES),
        ("@people@here", YES),
        ("@people@there", NO),
        ("@people@@machines", YES),
        ("@people@@nosuch", NO),
        ("@@here@here", YES),
        ("alice@here@there", NO),
    ],
)
def test_what_a_token_says_of_a_user(token: str, expected: Answer) -> None:
    assert expected is _user(token)


def test_the_name_of_a_group_may_need_brackets() -> None:
    tokens = ("wheel", "(wheel)", "wheel@here", "100")
    assert [_user(token) for token in tokens] == [YES, YES, YES, YES]
    assert [_user(token, bare_groups=False) for token in tokens] == [NO, YES, NO, NO]


@pytest.mark.parametrize(
    ("listed", "expected"),
    [
        ("alice", YES),
        ("bob alice", YES),
        ("bob,alice", YES),
        (" ,\talice,, ", YES),
        ("bob carol", NO),
        ("ALL EXCEPT bob", YES),
        ("ALL EXCEPT alice", NO),
        ("ALL except alice", NO),
        ("ALL EXCEPT bob alice", NO),
        ("bob EXCEPT carol", NO),
        ("bob EXCEPT alice", NO),
        ("ALL EXCEPT wheel EXCEPT alice", YES),
        ("ALL EXCEPT wheel EXCEPT bob", NO),
        ("ALL EXCEPT bob EXCEPT alice", YES),
        ("ALL EXCEPT ALL EXCEPT ALL EXCEPT alice", NO),
        ("ALL EXCEPT", YES),
        ("EXCEPT", NO),
        ("EXCEPT bob", NO),
        ("EXCEPT alice", NO),
        ("ALL EXCEPT EXCEPT alice", YES),
    ],
)
def test_what_a_list_says(listed: str, expected: Answer) -> None:
    assert expected is _user(listed)
    known = Names()
    origins = listed.replace("alice", "tty1").replace("wheel", "LOCAL")
    assert expected is answer(f"+:ALL:{origins}", question(known))


def test_this_machine_is_believed_that_its_name_has_no_address() -> None:
    known = Names(hosts={"other": ("192.0.2.9",), "silent": None})
    asked = question(known, machine="nameless")
    for host in ("192.0.2.9", "192.0.2.", "other", "10.0.0.0/8"):
        assert answer(f"-:alice@{host}:ALL", asked) is NO
    assert answer("-:alice@192.0.2.9:ALL", asked.changed(machine="silent")) is MAYBE


def test_the_remarks_tell_every_comparison() -> None:
    known = Names(groups=(10,), terminals=("lp0",))
    assert answer("+: bob (10) : lp0 :0 nowhere", question(known, "192.0.2.7")) is NO
    compared = (("lp0", "is a TTY"), (":0", "is X11 display"))
    assert known.notes == [
        "line 1: + :  bob (10)  :  lp0 :0 nowhere",
        "list_match: list= bob (10) , item=alice",
        "user_match: tok=bob, item=alice",
        "string_match: tok=bob, item=alice",
        "user_match: tok=(10), item=alice",
        "group_match: grp=(10), user=alice",
        "group_match: user=alice, gid=10",
        'user_match=1, "alice"',
        "list_match: list= lp0 :0 nowhere, item=alice",
        *(
            note
            for token, kind in (*compared, ("nowhere", ""))
            for note in (
                f"from_match: tok={token}, item=192.0.2.7",
                f"string_match: tok={token}, item=192.0.2.7",
                f"network_netmask_match: tok={token}, item=192.0.2.7",
                f"network_netmask_match: tok={token} {kind}"
                if kind
                else f'cannot resolve hostname "{token}"',
            )
        ),
        'from_match=0, "192.0.2.7"',
    ]


def test_users_and_origins_are_not_mistaken_for_each_other() -> None:
    assert answer("+:alice:tty1", question(Names())) is YES
    assert answer("+:tty1:alice", question(Names())) is NO
    swapped = question(Names(), origin="alice", user="tty1")
    assert answer("+:alice:tty1", swapped) is NO


@pytest.mark.parametrize(
    "listed",
    [
        *("silent", "bob EXCEPT", "ALL EXCEPT silent", "silent EXCEPT 10.", "silent EXCEPT silent"),
        *("silent far.org", "192.0.2.7 EXCEPT silent", "ALL EXCEPT ALL EXCEPT silent"),
    ],
)
def test_doubt_stays_doubt_in_a_list(listed: str) -> None:
    known = Names(hosts={"silent": None})
    expected = NO if listed.startswith("bob") else MAYBE
    assert expected is answer(f"-:ALL:{listed}", question(known, "192.0.2.7"))


@pytest.mark.parametrize(
    "listed", ["silent ALL", "silent 192.0.2.", "ALL EXCEPT 10. EXCEPT silent"]
)
def test_doubt_ends_where_another_token_is_certain(listed: str) -> None:
    known = Names(hosts={"silent": None})
    assert answer(f"-:ALL:{listed}", question(known, "192.0.2.7")) is YES


def test_a_very_long_list_of_exceptions_is_read() -> None:
    listed = "ALL" + " EXCEPT ALL" * 20_001
    assert answer(f"-:{listed}:ALL", question(Names())) is NO


def test_a_rule_about_somebody_else_looks_nothing_up() -> None:
    known = Names(hosts={"silent": None})
    assert answer("-:bob:silent far", question(known, "192.0.2.7")) is NO
    assert known.asked == []


def test_tokens_behind_the_first_match_are_not_looked_at() -> None:
    known = Names(hosts={"silent": None})
    assert answer("-:ALL:192.0.2.7 silent far", question(known, "192.0.2.7")) is YES
    assert known.asked == []


# --- nothing is granted that another answer would refuse ----------------------------------------

_TOKENS = st.sampled_from(
    [*("a", "b", "c", "10.0.0.1", "10.0.0.0/8", "10.", "ALL", "EXCEPT", "EXCEPT", ".org", "LOCAL")]
)
_RULES = st.builds(
    lambda sign, users, origins: f"{sign}:{' '.join(users)}:{' '.join(origins)}\n",
    st.sampled_from("+-"),
    st.lists(st.sampled_from(["alice", "ALL", "alice@a", "EXCEPT", "bob"]), min_size=1, max_size=3),
    st.lists(_TOKENS, min_size=1, max_size=5),
)
_ANSWERS: tuple[tuple[str, ...] | None, ...] = ((), ("10.0.0.1",), ("11.0.0.1",))


@settings(max_examples=150)
@given(st.lists(_RULES, max_size=4).map("".join), st.sampled_from(["a", "10.0.0.1", "11.0.0.1"]))
def test_a_silent_dns_grants_nothing_that_some_answer_would_refuse(table: str, host: str) -> None:
    silent = Names(hosts=dict.fromkeys("abc", None))
    if not verdict(table, question(silent, host, machine="b")):
        return
    for a, b, c in product(_ANSWERS, repeat=3):
        if host == "a" and not a:
            continue  # who claims a name without an address is not believed
        known = Names(hosts={"a": a, "b": b, "c": c})
        assert verdict(table, question(known, host, machine="b")), (a, b, c)
