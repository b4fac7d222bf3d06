from pamkit.formats.utmp import Kind, UtmpRecord
from pamkit.records.history import Ending, PastLogin, of_btmp, of_wtmp, of_wtmpdb

S = 1_000_000


def _record(kind: int, when: int, user: bytes = b"", line: bytes = b"tty1") -> UtmpRecord:
    return UtmpRecord(kind, 7, line, b"1", user, seconds=when)


def _brief(logins: list[PastLogin]) -> list[tuple[str, str, int, int | None, str]]:
    return [
        (
            each.user,
            each.line,
            each.began // S,
            None if each.ended is None else each.ended // S,
            each.ending.name,
        )
        for each in logins
    ]


def test_a_login_ends_with_the_next_record_of_its_terminal() -> None:
    records = [
        _record(Kind.USER_PROCESS, 1, b"alice"),
        _record(Kind.USER_PROCESS, 2, b"bob", b"tty2"),
        _record(Kind.DEAD_PROCESS, 5),
        _record(Kind.USER_PROCESS, 6, b"carol"),
        _record(Kind.USER_PROCESS, 7, b"dave"),
    ]
    assert _brief(list(of_wtmp(reversed(records)))) == [
        ("dave", "tty1", 7, None, "OPEN"),
        ("carol", "tty1", 6, 7, "LOGOUT"),
        ("bob", "tty2", 2, None, "OPEN"),
        ("alice", "tty1", 1, 5, "LOGOUT"),
    ]


def test_what_was_open_when_the_machine_went_down_ended_then() -> None:
    records = [
        _record(Kind.BOOT_TIME, 1, b"reboot", b"~"),
        _record(Kind.USER_PROCESS, 2, b"alice"),
        _record(Kind.RUN_LVL, 5, b"shutdown", b"~"),
        _record(Kind.BOOT_TIME, 6, b"reboot", b"~"),
        _record(Kind.USER_PROCESS, 7, b"bob"),
        _record(Kind.BOOT_TIME, 9, b"reboot", b"~"),
    ]
    assert _brief(list(of_wtmp(reversed(records)))) == [
        ("reboot", "system boot", 9, None, "OPEN"),
        ("bob", "tty1", 7, 9, "CRASH"),
        ("reboot", "system boot", 6, 9, "CRASH"),
        ("alice", "tty1", 2, 5, "DOWN"),
        ("reboot", "system boot", 1, 5, "DOWN"),
    ]


def test_any_kind_of_failure_is_one() -> None:
    records = [
        _record(Kind.LOGIN_PROCESS, 1, b"alice", b"ssh"),
        _record(Kind.USER_PROCESS, 2, b"bob"),
        _record(Kind.EMPTY, 3),
    ]
    assert [each.user for each in of_btmp(reversed(records))] == ["bob", "alice"]


def test_rows_of_wtmpdb_have_their_ends_beside_them() -> None:
    rows = [
        (3, b"new", 9 * S, None, b"tty1", b"", b"login"),
        (1, b"reboot", 8 * S, None, b"~", b"6.1.0", None),
        (3, b"bob", 5 * S, None, b"pts/0", b"far", b"sshd"),
        (3, b"alice", 4 * S, 6 * S, b"tty1", None, b"login"),
        (3, None, 4 * S, 6 * S, b"tty1", None, b"login"),
        (3, b"odd", b"no time", None, b"", b"", b""),
        (1, b"reboot", 1 * S, 7 * S, b"~", b"6.1.0", None),
    ]
    found = list(of_wtmpdb(rows))
    assert _brief(found) == [
        ("new", "tty1", 9, None, "OPEN"),
        ("reboot", "system boot", 8, None, "OPEN"),
        ("bob", "pts/0", 5, 8, "CRASH"),
        ("alice", "tty1", 4, 6, "LOGOUT"),
        ("reboot", "system boot", 1, 7, "LOGOUT"),
    ]
    assert [(each.host, each.service) for each in found[:3]] == [
        ("", "login"),
        ("6.1.0", ""),
        ("far", "sshd"),
    ]
    assert [each.ending is Ending.OPEN for each in found].count(True) == 2
