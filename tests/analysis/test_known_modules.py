"""What is known of a module is what it does: the tables beside the modules themselves."""

from __future__ import annotations

import itertools
import os
from typing import TYPE_CHECKING, Any

import pytest

from pamkit import facts, modules
from pamkit.analysis.circumstance import CALLER, LOCAL, LOCKED, NOLOGIN, SECRET, USER, VALUES
from pamkit.analysis.known_modules import TABLES
from pamkit.analysis.model import ASSUMED, Model
from pamkit.formats.faillock_tally import Failure
from pamkit.modules import (
    pam_access,
    pam_debug,
    pam_deny,
    pam_echo,
    pam_env,
    pam_faillock,
    pam_listfile,
    pam_localuser,
    pam_nologin,
    pam_permit,
    pam_rootok,
    pam_securetty,
    pam_succeed_if,
    pam_timestamp,
    pam_unix,
    pam_usertype,
    pam_warn,
    pam_wheel,
)
from pamkit.testing.accounts import MemoryAccounts, account
from pamkit.testing.policies import Trial
from pamkit.testing.process import StandInProcess
from pamkit.testing.tallies import MemoryTallies
from pamkit.testing.world import memory_world
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import FACILITY_OF, Facility, Primitive, word
from pamkit.vocab.message import Message
from tests.analysis.policies import chains, declarations

if TYPE_CHECKING:
    from types import ModuleType

    from pamkit.module.world import World

_UIDS = {"root": 0, "system": 100, "local": 1000, "directory": 2000}

_LINES: list[tuple[str, ModuleType]] = [
    ("pam_rootok.so", pam_rootok),
    ("pam_localuser.so", pam_localuser),
    ("pam_usertype.so isregular", pam_usertype),
    ("pam_usertype.so issystem", pam_usertype),
    ("pam_nologin.so", pam_nologin),
    ("pam_nologin.so successok", pam_nologin),
    ("pam_faillock.so preauth", pam_faillock),
    ("pam_faillock.so authfail", pam_faillock),
    ("pam_faillock.so authsucc", pam_faillock),
    ("pam_faillock.so preauth even_deny_root", pam_faillock),
    ("pam_succeed_if.so uid >= 1000", pam_succeed_if),
    ("pam_succeed_if.so uid < 1000 quiet", pam_succeed_if),
    ("pam_succeed_if.so uid = 0", pam_succeed_if),
    ("pam_succeed_if.so uid ne 1000", pam_succeed_if),
    ("pam_succeed_if.so uid eq 500", pam_succeed_if),
    ("pam_succeed_if.so user = root", pam_succeed_if),
    ("pam_succeed_if.so user != root uid > 5", pam_succeed_if),
    ("pam_succeed_if.so user ingroup nobodys", pam_succeed_if),
    ("pam_succeed_if.so", pam_succeed_if),
    ("pam_succeed_if.so use_uid uid = 0", pam_succeed_if),
    ("pam_succeed_if.so use_uid uid >= 1000 quiet", pam_succeed_if),
    ("pam_succeed_if.so use_uid user ingroup nobodys", pam_succeed_if),
    ("pam_securetty.so", pam_securetty),
    ("pam_securetty.so noconsole", pam_securetty),
    ("pam_wheel.so", pam_wheel),
    ("pam_wheel.so trust use_uid", pam_wheel),
    ("pam_wheel.so deny", pam_wheel),
    ("pam_wheel.so deny trust", pam_wheel),
    ("pam_wheel.so root_only group=wheel", pam_wheel),
    ("pam_timestamp.so", pam_timestamp),
    ("pam_debug.so auth=auth_err acct=ignore", pam_debug),
    ("pam_debug.so auth=nonsense", pam_debug),
    ("pam_permit.so", pam_permit),
    ("pam_warn.so", pam_warn),
    ("pam_deny.so", pam_deny),
    ("pam_echo.so hello", pam_echo),
    ("pam_env.so", pam_env),
    ("pam_access.so", pam_access),
    ("pam_listfile.so item=user sense=allow file=/list onerr=fail", pam_listfile),
    ("pam_listfile.so item=user sense=deny file=/nothing onerr=succeed", pam_listfile),
    ("pam_unix.so", pam_unix),
    ("pam_unix.so nullok", pam_unix),
]


def _world(day: dict[str, str]) -> World:
    users = [account(name, uid) for name, uid in _UIDS.items()]
    process = StandInProcess(uid=0 if day[CALLER] == "root" else 1000, euid=0)
    files: dict[str, Any] = {"/etc/passwd": "".join(f"{name}:x:\n" for name in LOCAL)}
    if day[NOLOGIN] == "yes":
        files["/etc/nologin"] = "closed\n"
    world = memory_world(users=users, files=files, process=process)
    tallies = world.tallies
    assert isinstance(tallies, MemoryTallies)
    if day[LOCKED] == "yes":
        failure = Failure(1_699_999_999, "tty1")
        for name in _UIDS:
            tallies.kept["/var/run/faillock", name] = (failure,) * 9
    return world.changed(accounts=MemoryAccounts(users, remote=["directory"]))


def _silent(messages: tuple[Message, ...]) -> list[str | None]:
    return ["wrong" if message.wants_answer else None for message in messages]


def _days() -> list[dict[str, str]]:
    names = (USER, CALLER, NOLOGIN, LOCKED, SECRET)
    return [
        dict(zip(names, values, strict=True))
        for values in itertools.product(*(VALUES[name] for name in names))
        if values[-1] == "wrong"
    ]


def _kind(code: int) -> str:
    """Return what an `optional` line makes of a code: of refusals it does not tell which."""
    return ReturnCode(code).name if code in (ReturnCode.SUCCESS, ReturnCode.IGNORE) else "refusal"


@pytest.mark.parametrize(("line", "module"), _LINES, ids=[line for line, _ in _LINES])
@pytest.mark.parametrize("primitive", [Primitive.AUTHENTICATE, Primitive.ACCT_MGMT])
def test_a_table_says_of_each_day_what_the_module_does(
    line: str, module: ModuleType, primitive: Primitive
) -> None:
    facility = "auth" if primitive is Primitive.AUTHENTICATE else "account"
    policy = f"{facility} optional {line}\n"
    (link,) = chains(policy)[Facility.AUTH if facility == "auth" else Facility.ACCOUNT]
    model = Model(declarations, primitive, healthy=True, special=TABLES)
    odd = []
    for day in _days():
        name = day[USER]
        trial = Trial(
            policy,
            module,
            world=_world(day),
            user=name if name in _UIDS else "nobody-here",
            conversation=_silent,
        )
        trial.call(primitive)
        (step,) = trial.core.runs[-1].steps
        known = frozenset(day.items())
        said = {_kind(outcome.code) for outcome in model(link, known)}
        if _kind(step.answer) not in said:
            odd.append((day, ReturnCode(step.answer).name, said))
    assert odd == []


@pytest.mark.parametrize("module", sorted(TABLES.keys() - {"pam_debug"}))
def test_setcred_of_a_module_with_a_table_is_answered_as_it_states(module: str) -> None:
    (link,) = chains(f"auth optional {module}.so\n")[Facility.AUTH]
    model = Model(declarations, Primitive.SETCRED, special=TABLES)
    declaration = declarations(f"{module}.so")
    assert declaration is not None
    answers = declaration.answers[Primitive.SETCRED]
    assert {_kind(row.code) for row in model.rows(link)} == {_kind(code) for code in answers}


@pytest.mark.parametrize("module", sorted(TABLES.keys() - {"pam_debug"}))
def test_a_module_that_nobody_knows_is_none_of_the_known_ones(module: str) -> None:
    (link,) = chains(f"auth optional {module}.so\n")[Facility.AUTH]
    model = Model(lambda _: None, Primitive.AUTHENTICATE, special=TABLES)
    assert {mark for row in model.rows(link) for mark in row.marks} >= {f"{ASSUMED} {module}"}


_WORDS = {
    "pam_faillock": ("preauth", "authfail", "authsucc", "preauth even_deny_root"),
    "pam_succeed_if": ("uid >= 1000", "use_uid uid = 0", "use_uid user ingroup x", "user = root"),
    "pam_unix": ("", "nullok", "use_first_pass"),
    "pam_wheel": ("", "trust", "deny", "root_only"),
}
_OURS = {name.removesuffix(".py") for name in os.listdir(modules.__path__[0]) if name[:4] == "pam_"}
_NAMES = sorted({*_OURS, *facts.sheets(), "pam_of_nobody"})
_PASSES = [(primitive, None) for primitive in Primitive if primitive is not Primitive.CHAUTHTOK]


@pytest.mark.parametrize(
    ("primitive", "update"), [*_PASSES, *((Primitive.CHAUTHTOK, u) for u in (None, False, True))]
)
@pytest.mark.parametrize("healthy", [False, True])
def test_on_every_day_a_module_answers_something(
    primitive: Primitive, update: bool | None, healthy: bool
) -> None:
    # A day without an answer would be one that no proof looks at.
    facility = FACILITY_OF[primitive]
    silent = []
    lines = [(name, words) for name in _NAMES for words in _WORDS.get(name, ("",))]
    for name, words in lines:
        control = "[success=ok ignore=ignore new_authtok_reqd=1 default=bad]"
        (link,) = chains(f"{word(facility)} {control} {name}.so {words}\n")[facility]
        model = Model(declarations, primitive, healthy=healthy, special=TABLES, update=update)
        rows = model.rows(link)
        values: dict[str, set[str]] = {}
        for fact, value in (pair for row in rows for pair in row.when):
            values.setdefault(fact, {*VALUES.get(fact, ())}).add(value)
            values[fact] |= {"right", "wrong"} if fact.startswith("what ") else set()
        for day in itertools.product(*values.values()):
            known = frozenset(zip(values, day, strict=True))
            if not list(model(link, known)):
                silent.append((name, words, known))
    assert silent == []


@pytest.mark.parametrize(("words", "spared"), [("", False), ("admin_group=wheel", True)])
def test_members_of_a_group_of_administrators_may_be_spared_by_faillock(
    words: str, spared: bool
) -> None:
    chain = chains(f"auth required pam_faillock.so preauth {words}\n")[Facility.AUTH]
    (link,) = chain
    model = Model(declarations, Primitive.AUTHENTICATE, special=TABLES)
    day = frozenset({(USER, "local"), (LOCKED, "yes")})
    assert spared is (ReturnCode.SUCCESS in {outcome.code for outcome in model(link, day)})
