"""What is known of a module is what it does: the tables beside the modules themselves."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import pytest

from pamkit.analysis.circumstance import CALLER, LOCAL, LOCKED, NOLOGIN, SECRET, USER, VALUES
from pamkit.analysis.known_modules import TABLES
from pamkit.analysis.model import Model
from pamkit.formats.faillock_tally import Failure
from pamkit.modules import (
    pam_faillock,
    pam_localuser,
    pam_nologin,
    pam_rootok,
    pam_succeed_if,
    pam_usertype,
)
from pamkit.testing.accounts import MemoryAccounts, account
from pamkit.testing.policies import Trial
from pamkit.testing.process import StandInProcess
from pamkit.testing.tallies import MemoryTallies
from pamkit.testing.world import memory_world
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Facility, Primitive
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


@pytest.mark.parametrize("module", sorted(TABLES))
def test_setcred_of_a_module_with_a_table_is_answered_as_it_states(module: str) -> None:
    (link,) = chains(f"auth optional {module}.so\n")[Facility.AUTH]
    model = Model(declarations, Primitive.SETCRED, special=TABLES)
    declaration = declarations(f"{module}.so")
    assert declaration is not None
    assert {row.code for row in model.rows(link)} == declaration.answers[Primitive.SETCRED]


def test_of_another_than_who_is_asked_for_everything_may_come() -> None:
    (link,) = chains("auth optional pam_succeed_if.so use_uid uid = 0\n")[Facility.AUTH]
    codes = {row.code for row in Model(declarations, Primitive.AUTHENTICATE).rows(link)}
    special = Model(declarations, Primitive.AUTHENTICATE, special=TABLES)
    assert {row.code for row in special.rows(link)} == codes
