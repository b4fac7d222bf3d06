"""Random policies get the same answers from the system's libpam and from pamkit."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import pytest

from pamkit.policy.dialect import DIALECTS
from tests.oracle.case import Case, Heard, Result
from tests.oracle.compare import Tally, report, shrunk, tally
from tests.oracle.detect import Behaviour, detect
from tests.oracle.libpam import Crashed, Worker, play_all
from tests.oracle.policies import draw

pytestmark = pytest.mark.needs("libpam", "pam_debug")

SEED = 20
SHARES, SHARE = 5, 4000


@pytest.fixture(scope="module")
def worker() -> Iterator[Worker]:
    with Worker() as started:
        yield started


@pytest.fixture(scope="module")
def behaviour(worker: Worker) -> Behaviour:
    return worker.ask(detect)


@pytest.mark.parametrize("share", range(SHARES))
def test_random_policies_get_the_same_answers(
    worker: Worker, behaviour: Behaviour, share: int
) -> None:
    result = tally([worker], SEED, share * SHARE, SHARE, behaviour.manner)
    if result.different:
        case = shrunk(worker, draw(SEED, result.different[0]), behaviour.manner)
        pytest.fail(report(worker, case, behaviour.manner), pytrace=False)
    assert Tally(SHARE, (), ()) == result


def test_a_pamkit_of_the_other_dialect_would_be_told_apart(
    worker: Worker, behaviour: Behaviour
) -> None:
    (other,) = set(DIALECTS) - {behaviour.manner.dialect}
    result = tally([worker], SEED, 0, 500, behaviour.manner._replace(dialect=other))
    assert len(result.different) > 10


@pytest.mark.parametrize("quirk", ["read-error-ends-file", "other-twice", "answers-steer-replay"])
def test_a_pamkit_without_one_quirk_would_be_told_apart(
    worker: Worker, behaviour: Behaviour, quirk: str
) -> None:
    without = behaviour.manner._replace(quirks=behaviour.manner.quirks - {quirk})
    assert tally([worker], SEED, 0, 1000, without).different


def test_a_difference_is_made_small(worker: Worker, behaviour: Behaviour) -> None:
    without = behaviour.manner._replace(quirks=behaviour.manner.quirks - {"other-twice"})
    line = b"auth required pam_debug.so auth=auth_err debug\n"
    calls = (("authenticate", 0), ("acct_mgmt", 0))
    case = Case("other", {"other": line * 3, "svc": line}, calls)
    small = Case("other", {"other": b"auth required pam_debug.so auth=auth_err\n"}, calls[:1])
    assert small == shrunk(worker, case, without)


def test_messages_are_compared_with_their_style(worker: Worker) -> None:
    case = Case(
        "svc", {"svc": b"auth required pam_debug.so auth=auth_err\n"}, (("authenticate", 0),)
    )
    expected = Result(0, ((7, (Heard(4, b"auth=auth_err"),)),))
    assert [expected] == worker.ask(play_all, [case])


def test_a_death_of_libpam_is_reported_and_survived(worker: Worker) -> None:
    worker.ask(play_all, [draw(SEED, 0)] * 3)
    os.kill(worker.pid, signal.SIGKILL)
    with pytest.raises(Crashed) as crashed:
        worker.ask(play_all, [draw(SEED, 0)])
    assert (crashed.value.status, crashed.value.number) == (-signal.SIGKILL, 2)
    assert len(worker.ask(play_all, [draw(SEED, 0)])) == 1
