"""Sessions that one process opens and another one closes, on files of their own."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

import pamkit
from pamkit.formats import lastlog2, wtmpdb
from pamkit.module.registry import module_from
from pamkit.modules import pam_lastlog2, pam_wtmpdb
from pamkit.stores.login_files import DiskLoginFiles
from pamkit.stores.login_tables import rows
from pamkit.stores.root import Root
from pamkit.testing.accounts import account
from pamkit.testing.outside import StandInOutside
from pamkit.testing.policies import Trial
from pamkit.testing.world import memory_world
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.item import Item
from tests.fronts import settings

_USERS = [account(f"user{number}", 1000 + number) for number in range(4)]
_POLICY = "session required pam_wtmpdb.so\nsession required pam_lastlog2.so silent\n"


@pytest.fixture
def root(tmp_path: Path) -> Root:
    for directory in ("var/lib/wtmpdb", "var/lib/lastlog"):
        (tmp_path / directory).mkdir(parents=True)
    return Root(str(tmp_path))


class _Waiting(StandInOutside):
    """Lets time pass, a little."""

    def sleep(self, seconds: float) -> None:
        import time

        time.sleep(min(seconds, 0.02))


def _trial(root: Root, service: str, user: str, line: str) -> Trial:
    files = DiskLoginFiles(root, patience=5.0)
    return Trial(
        {service: _POLICY},
        pam_wtmpdb,
        pam_lastlog2,
        world=memory_world(users=_USERS).changed(login_files=files),
        outside=_Waiting(),
        user=user,
        service=service,
        items={Item.TTY: f"/dev/{line}"},
    )


def _in_a_child(root: Root, calls: list[tuple[str, str, str, str]]) -> int:
    child = os.fork()
    if child == 0:
        # INVARIANT: whatever happens, the child ends here.
        code = 1
        try:
            done = [
                getattr(_trial(root, service, user, line), call)()
                for call, service, user, line in calls
            ]
            code = 0 if set(done) == {ReturnCode.SUCCESS} else 2
        finally:
            os._exit(code)
    return child


def _ended(child: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def test_what_login_opens_init_closes(root: Root) -> None:
    assert _ended(_in_a_child(root, [("open_session", "login", "user1", "pts/1")])) == 0
    assert _ended(_in_a_child(root, [("open_session", "login", "user1", "pts/2")])) == 0
    assert _ended(_in_a_child(root, [("close_session", "init", "user1", "pts/1")])) == 0
    found = {row[4]: (row[6], row[3] is not None) for row in rows(root, wtmpdb.PATH, wtmpdb.ALL)}
    assert found == {b"pts/1": (b"login", True), b"pts/2": (b"login", False)}


def test_many_at_once_lose_nothing_and_end_nothing_twice(root: Root) -> None:
    sessions = [(f"user{number % 4}", f"pts/{number}") for number in range(40)]
    for call, service in (("open_session", "login"), ("close_session", "init")):
        random.Random(7).shuffle(sessions)
        children = [
            _in_a_child(root, [(call, service, user, line) for user, line in sessions[at::4]])
            for at in range(4)
        ]
        assert [_ended(child) for child in children] == [0] * 4
    found = [(row[1].decode(), row[4].decode()) for row in rows(root, wtmpdb.PATH, wtmpdb.ALL)]
    assert sorted(found) == sorted(sessions)
    assert all(row[3] is not None for row in rows(root, wtmpdb.PATH, wtmpdb.ALL))
    last = [row[0].decode() for row in rows(root, lastlog2.PATH, lastlog2.ALL)]
    assert last == [user.name for user in _USERS]


def test_a_session_that_is_taken_over_ends_its_own_login(root: Root) -> None:
    files = DiskLoginFiles(root, patience=5.0)
    world = memory_world(users=_USERS).changed(login_files=files)
    policy = "session required pam_wtmpdb.so\n"
    given = settings(module_from(pam_wtmpdb), policy=policy, world=world)
    tickets = []
    for line in ("pts/1", "cron"):
        opener = pamkit.Transaction("test", "user1", items={"tty": line}, **given)
        opener.open_session()
        tickets.append(opener.export())
    for number, ticket in enumerate(tickets):
        with pamkit.Transaction.resume(ticket, **given) as closer:
            closer.close_session()
        found = rows(root, wtmpdb.PATH, wtmpdb.ALL)
        assert sum(row[3] is not None for row in found) == number + 1
    assert sorted(row[4] for row in found) == [b"cron", b"pts/1"]
