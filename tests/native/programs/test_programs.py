"""Programs people log in with, unmodified, on the library under test: as on the system's own.

Every check is made on two private machines, one with the system's library and one with the
library under test; what came of it, what the program said and what was logged must be the same.
"""

from __future__ import annotations

import os

import pytest

from tests.native.built import built_libraries
from tests.native.programs.checks import IN, OUT
from tests.native.programs.inside import PROGRAMS
from tests.native.programs.machine import Subject
from tests.native.programs.survey import Survey, Trial, differences

pytestmark = [
    pytest.mark.needs("root", "private-machine", "cc", "python-archive"),
    pytest.mark.timeout(600),
]

# Long ones first, so that none is still at work when all others have ended.
_NEEDS: dict[str, tuple[str, ...]] = {
    "ssh": ("sshd", "ssh"),
    "su": ("su",),
    "dovecot": ("dovecot",),
    "sudo": ("sudo",),
    "passwd": ("passwd", "su"),
    "login": ("login",),
    "pamtester": ("pamtester",),
    "ftp": ("vsftpd",),
    "vlock": ("vlock",),
    "chsh": ("passwd",),
    "bindings": ("python3-pam", "libauthen-pam-perl"),
    "chpasswd": ("passwd", "su"),
    "cron": ("cron",),
    "at": ("atd",),
    "doas": ("doas",),
    "runuser": ("su",),
}
_PROGRAMS = [pytest.param(name, marks=pytest.mark.needs(*_NEEDS[name])) for name in PROGRAMS]
_ASKING = [
    pytest.param(name, marks=pytest.mark.needs(*_NEEDS[name]))
    for name, checks in PROGRAMS.items()
    if any(check.asks_secret for check in checks)
]
_AUTH_ERR = 7

# DIALECT: what the library under test does otherwise on purpose, and what comes of it then.
_ON_PURPOSE = {
    # 1.7 logs whose shell is not listed; 1.5.2 does not.
    "ftp": {"a_shell_that_is_not_listed_is_refused": "out"},
    # 1.7 leaves passwords alone that have not expired; 1.5.2 changes them as well.
    "passwd": {"root_who_knows_it_changes_a_good_password_with_keep": "as before"},
    "pamtester": {
        "root_changes_a_good_password_when_only_expired_ones_are": "out, as before",
        # The line in the log says where in the policy it is.
        "a_policy_nobody_can_read_keeps_out": "out",
    },
}


@pytest.fixture(scope="session")
def survey(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Survey:
    """Give what was seen on the machines that the tests of this run ask for."""
    place = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        place = place.parent
    wanted: set[tuple[object, object]] = set()
    for item in request.session.items:
        if isinstance(item, pytest.Function) and "survey" in item.fixturenames:
            wanted.add((item.originalname, item.callspec.params.get("program")))
    trials = []
    for name in _NEEDS:
        if (test_a_program_does_on_ours_what_it_does_on_stock.__name__, name) in wanted:
            trials += [_on_stock(name), _on_ours(name)]
        if (test_a_program_does_the_same_with_debians_own_modules.__name__, name) in wanted:
            trials += [_on_stock(name), _on_ours(name, native=True)]
        if (test_a_library_that_always_refuses_lets_nobody_in.__name__, name) in wanted:
            trials += [_on_a_library_answering(_AUTH_ERR, name)]
        if (test_a_library_that_always_grants_lets_everybody_in.__name__, name) in wanted:
            trials += [_on_a_library_answering(0, name)]
    return Survey(place, list(dict.fromkeys(trials)))


@pytest.mark.parametrize("program", _PROGRAMS)
def test_a_program_does_on_ours_what_it_does_on_stock(program: str, survey: Survey) -> None:
    wanted = {check.name: check.expects for check in PROGRAMS[program]}
    stock = survey.seen(_on_stock(program))
    ours = survey.seen(_on_ours(program))
    assert wanted == {name: seen.outcome for name, seen in stock.items()}
    told = differences(stock, ours, on_purpose=_ON_PURPOSE.get(program, {}))
    assert not told, "\n".join(told)


@pytest.mark.parametrize("program", _PROGRAMS)
def test_a_program_does_the_same_with_debians_own_modules(program: str, survey: Survey) -> None:
    stock = survey.seen(_on_stock(program))
    ours = survey.seen(_on_ours(program, native=True))
    told = differences(stock, ours, on_purpose=_ON_PURPOSE.get(program, {}))
    assert not told, "\n".join(told)


# That these two fail as they should shows that the library under test is the one in use, in setuid
# programs too, and that the checks can fail.
@pytest.mark.parametrize("program", _ASKING)
def test_a_library_that_always_refuses_lets_nobody_in(program: str, survey: Survey) -> None:
    seen = survey.seen(_on_a_library_answering(_AUTH_ERR, program))
    assert dict.fromkeys(seen, OUT) == {name: each.outcome for name, each in seen.items()}


@pytest.mark.parametrize("program", _ASKING)
def test_a_library_that_always_grants_lets_everybody_in(program: str, survey: Survey) -> None:
    seen = survey.seen(_on_a_library_answering(0, program))
    assert dict.fromkeys(seen, IN) == {name: each.outcome for name, each in seen.items()}


def test_every_program_is_tried() -> None:
    assert set(PROGRAMS) == set(_NEEDS)


def _on_stock(program: str) -> Trial:
    return Trial(program, Subject())


def _on_ours(program: str, *, native: bool = False) -> Trial:
    return Trial(program, Subject(built_libraries(), native=native))


def _on_a_library_answering(answer: int, program: str) -> Trial:
    return Trial(program, Subject(built_libraries(), authenticate=answer), secret_only=True)
