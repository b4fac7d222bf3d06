import pytest
from hypothesis import given
from hypothesis import strategies as st

from pamkit.formats.limit_rules import RESOURCES, UNLIMITED, Bound, Wanted, Whose
from pamkit.formats.limits_conf import LimitLine


def _wanted(*, knows_chroot: bool = False) -> tuple[Wanted, list[str]]:
    said: list[str] = []
    wanted = Wanted(
        priority=0,
        knows_chroot=knows_chroot,
        most_files=lambda: 1 << 20,
        tell=lambda _, line: said.append(line),
        remark=lambda line: None,
    )
    wanted.bounds = {name: Bound(7, 8) for name in RESOURCES}
    return wanted, said


def _heed(wanted: Wanted, line: str, whose: Whose = Whose.USER) -> None:
    kind, item, value = line.split(None, 2)
    wanted.heed(LimitLine(1, "x", kind, item, value), whose)


@pytest.mark.parametrize(
    ("item", "value", "expected"),
    [
        ("core", "10", 10240),
        ("core", "10x", 10240),
        ("core", "-1", UNLIMITED),
        ("core", "-", UNLIMITED),
        ("core", "infinity", UNLIMITED),
        ("core", f"{2**54 - 2}", (2**54 - 2) * 1024),
        ("core", f"{2**54 - 1}", UNLIMITED),
        ("core", "-5", UNLIMITED),
        ("core", "x", None),
        ("cpu", "3", 180),
        ("cpu", "999999999999999999", UNLIMITED),
        ("nproc", "-3", 2**64 - 3),
        ("nproc", "0x10", 0),
        ("nproc", "99999999999999999999", UNLIMITED),
        ("nofile", "unlimited", 1 << 20),
        ("nofile", "5", 5),
        ("nice", "5", 15),
        ("nice", "-20", 40),
        ("nice", "-99", 40),
        ("nice", "99", 1),
        ("nice", "unlimited", None),
        ("rttime", "5", 5),
    ],
)
def test_a_value_is_what_c_makes_of_it(item: str, value: str, expected: int | None) -> None:
    wanted, said = _wanted()
    _heed(wanted, f"- {item} {value}")
    changed = Bound(7, 8) if expected is None else Bound(expected, expected, Whose.USER, Whose.USER)
    assert changed == wanted.bounds[item]
    assert bool(said) == (expected is None)


@pytest.mark.parametrize(
    ("item", "value", "expected"),
    [
        ("maxlogins", "3", 3),
        ("maxlogins", "-", -1),
        ("maxlogins", "99999999999", 2**31 - 1),
        ("maxlogins", "x", -2),
        ("maxsyslogins", "2x", 2),
    ],
)
def test_one_number_holds_for_logins(item: str, value: str, expected: int) -> None:
    wanted, _ = _wanted()
    _heed(wanted, f"odd {item} {value}")
    assert (expected, item == "maxsyslogins") == (wanted.login_limit, wanted.counts_system)


def test_a_line_for_both_ends_at_the_soft_limit_of_a_more_precise_one() -> None:
    wanted, _ = _wanted()
    _heed(wanted, "soft core 1")
    _heed(wanted, "- core 2", Whose.GROUP)
    assert wanted.bounds["core"] == Bound(1024, 8, Whose.USER)
    _heed(wanted, "hard core 3", Whose.DEFAULT)
    assert wanted.bounds["core"] == Bound(1024, 3072, Whose.USER, Whose.DEFAULT)
    _heed(wanted, "hard core 4", Whose.GROUP)
    _heed(wanted, "hard core 5", Whose.DEFAULT)
    assert wanted.bounds["core"] == Bound(1024, 4096, Whose.USER, Whose.GROUP)


def test_a_bad_value_takes_nothing_back() -> None:
    wanted, said = _wanted()
    _heed(wanted, "- nonewprivs 1")
    _heed(wanted, "- nonewprivs no")
    assert wanted.no_new_privileges
    assert said == ["wrong limit value 'no' for limit item 'nonewprivs' of type '-'"]


def test_only_some_systems_know_chroot() -> None:
    for knows in (True, False):
        wanted, said = _wanted(knows_chroot=knows)
        _heed(wanted, "- chroot /srv")
        assert (wanted.chroot, said) == (
            ("/srv", []) if knows else ("", ["unknown limit item 'chroot'"])
        )


@given(
    st.lists(
        st.tuples(
            st.sampled_from(("soft", "hard", "-", "x")),
            st.sampled_from((*RESOURCES, "maxlogins", "maxsyslogins", "priority", "nonewprivs")),
            st.sampled_from(("0", "1", "-1", "unlimited", "x", "99999999999999999999")),
            st.sampled_from(list(Whose)[:5]),
        )
    )
)
def test_whatever_is_heeded_is_a_limit_that_the_kernel_takes(
    lines: list[tuple[str, str, str, Whose]],
) -> None:
    wanted, _ = _wanted()
    for kind, item, value, whose in lines:
        _heed(wanted, f"{kind} {item} {value}", whose)
    for bound in wanted.bounds.values():
        assert 0 <= bound.soft <= UNLIMITED
        assert 0 <= bound.hard <= UNLIMITED
    assert -(2**31) <= wanted.priority < 2**31
    assert wanted.login_limit_by == Whose.NONE or wanted.login_limit >= -1
