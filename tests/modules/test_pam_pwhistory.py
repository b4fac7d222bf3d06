from __future__ import annotations

from typing import Any

import pytest

from pamkit.module.call import ModuleCall
from pamkit.module.declaration import declare
from pamkit.module.registry import Module
from pamkit.module.world import Shadow, World
from pamkit.modules import pam_pwhistory, pam_unix
from pamkit.testing.accounts import MemoryAccounts, account
from pamkit.testing.credentials import MemoryCredentials
from pamkit.testing.hashing import PlainHashing, plain_hash
from pamkit.testing.log import MemoryLog
from pamkit.testing.outside import StandInOutside
from pamkit.testing.policies import Trial
from pamkit.testing.process import StandInProcess
from pamkit.testing.script import Line, Script, error, hidden, info
from pamkit.testing.world import memory_world
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive
from pamkit.vocab.flags import Flag
from pamkit.vocab.item import Item
from pamkit.vocab.message import Answer, Message
from pamkit.vocab.secret import Secret

USED = error("Password has been already used. Choose another.")
ALICE, OPASSWD = "alice", "/etc/security/opasswd"


def text(word: str) -> str:
    return plain_hash(word).expose().decode()


def world_of(
    *remembered: str,
    uid: int = 1000,
    password: str | None = "now",
    files: dict[str, bytes | str | OSError] | None = None,
    kept: bool = True,
) -> World:
    hashed = Secret(b"") if password is None else plain_hash(password)
    world = memory_world(
        users=[account("root", 0), account(ALICE)],
        shadows=[Shadow("root", Secret("*")), Shadow(ALICE, hashed, 19000)],
        files=files,
        process=StandInProcess(uid=uid),
    )
    if kept:
        credentials_of(world).remembered = {ALICE: [text(word) for word in remembered]}
    return world


def credentials_of(world: World) -> MemoryCredentials:
    assert isinstance(world.credentials, MemoryCredentials)
    return world.credentials


def log_of(world: World) -> list[str]:
    assert isinstance(world.log, MemoryLog)
    return [line.removeprefix("pam_pwhistory(passwd:chauthtok): ") for line in world.log.texts]


def kept_by(world: World) -> list[str]:
    return (credentials_of(world).remembered or {}).get(ALICE, [])


def new(word: str, again: str | None = None) -> tuple[Line, Line]:
    return hidden("New password: ", word), hidden("Retype new password: ", again or word)


def change(
    world: World,
    *lines: Line,
    options: str = "",
    flags: int = 0,
    user: str | None = ALICE,
    outside: StandInOutside | None = None,
) -> ReturnCode:
    with Script(*lines) as script:
        return Trial(
            f"password required pam_pwhistory.so {options}\n",
            pam_pwhistory,
            world=world,
            user=user,
            service="passwd",
            conversation=script,
            outside=outside,
        ).chauthtok(flags)


def test_a_new_password_is_accepted_and_the_present_one_remembered() -> None:
    world = world_of("earlier")
    assert change(world, *new("brand-new")) is ReturnCode.SUCCESS
    assert kept_by(world) == [text("earlier"), text("now")]
    assert credentials_of(world).history_file == OPASSWD
    assert log_of(world) == []


@pytest.mark.parametrize("word", ["now", "earlier", "first of all"])
def test_a_password_that_was_used_is_refused(word: str) -> None:
    world = world_of("first of all", "earlier")
    assert change(world, *new(word), USED) is ReturnCode.MAXTRIES


def test_the_token_that_was_refused_is_gone_for_the_next_module() -> None:
    world, seen = world_of("earlier"), []

    def look(call: ModuleCall[Any]) -> int:
        seen.append(call.token(Item.AUTHTOK))
        return ReturnCode.SUCCESS

    declared = declare("pam_looker", answers={Primitive.CHAUTHTOK: "success"}, examples=[])
    trial = Trial(
        "password required pam_pwhistory.so\npassword required pam_looker.so\n",
        pam_pwhistory,
        Module("pam_looker", declared, {Primitive.CHAUTHTOK: look}),
        world=world,
        conversation=Script(*new("earlier"), USED),
    )
    assert trial.chauthtok() is ReturnCode.MAXTRIES
    assert seen == [None, None]  # in the first pass, and in the second


@pytest.mark.parametrize(
    ("retry", "lines", "expected"),
    [
        ("retry=2", (*new("earlier"), USED, *new("fresh")), ReturnCode.SUCCESS),
        ("retry=2", (*new("earlier"), USED, *new("now"), USED), ReturnCode.MAXTRIES),
        (
            "retry=2",
            (*new("a", "b"), error("Sorry, passwords do not match."), *new("fresh")),
            ReturnCode.SUCCESS,
        ),
        ("", (*new("a", "b"), error("Sorry, passwords do not match.")), ReturnCode.MAXTRIES),
        ("retry=0", (), ReturnCode.MAXTRIES),
    ],
)
def test_it_asks_as_often_as_retry_says(
    retry: str, lines: tuple[Line, ...], expected: ReturnCode
) -> None:
    assert change(world_of("earlier"), *lines, options=retry) is expected


@pytest.mark.parametrize(
    ("options", "flags", "expected", "said"),
    [
        ("", 0, ReturnCode.SUCCESS, info("Password has been already used.")),
        ("enforce_for_root", 0, ReturnCode.MAXTRIES, USED),
        ("", Flag.CHANGE_EXPIRED_AUTHTOK, ReturnCode.MAXTRIES, USED),
    ],
)
def test_root_is_only_told_unless_it_is_to_be_enforced(
    options: str, flags: int, expected: ReturnCode, said: Line
) -> None:
    world = world_of("earlier", uid=0)
    assert change(world, *new("earlier"), said, options=options, flags=flags) is expected


def test_who_may_not_read_the_shadow_file_is_told_so_at_once() -> None:
    world = world_of("earlier")
    credentials_of(world).readable = False
    assert change(world) is ReturnCode.USER_UNKNOWN
    assert log_of(world) == ["the password of alice cannot be remembered: it may not be read"]
    assert kept_by(world) == [text("earlier")]


def test_a_user_who_is_not_there_is_unknown() -> None:
    assert change(world_of(), user="eve") is ReturnCode.USER_UNKNOWN
    without_shadow = world_of()
    del credentials_of(without_shadow).entries[ALICE]
    assert change(without_shadow) is ReturnCode.USER_UNKNOWN


def test_a_database_that_cannot_be_read_is_an_error_and_not_an_unknown_user() -> None:
    world = world_of()
    assert isinstance(world.accounts, MemoryAccounts)
    world.accounts.failing = True
    assert change(world) is ReturnCode.SERVICE_ERR


def test_nothing_is_remembered_of_a_user_without_a_password() -> None:
    world = world_of(password=None, kept=False)
    assert change(world, *new("fresh")) is ReturnCode.SUCCESS
    assert credentials_of(world).remembered is None


def test_a_missing_history_is_made() -> None:
    world = world_of(kept=False)
    assert change(world, *new("fresh")) is ReturnCode.SUCCESS
    assert kept_by(world) == [text("now")]
    assert log_of(world) == [f"Creating {OPASSWD}"]


def test_a_history_that_cannot_be_read_refuses_every_change() -> None:
    world = world_of("earlier")
    credentials_of(world).fault = OSError(5, "Input/output error")
    assert change(world) is ReturnCode.AUTHTOK_ERR
    assert log_of(world) == [f"Cannot open {OPASSWD}: Input/output error"]
    without_password = world_of(password=None)
    credentials_of(without_password).fault = OSError(5, "Input/output error")
    assert change(without_password, *new("fresh")) is ReturnCode.AUTHTOK_ERR


class _Unwritable(MemoryCredentials):
    def remember(self, *_: object, **__: object) -> bool:
        raise OSError(28, "No space left on device")


def test_a_history_that_cannot_be_written_refuses_every_change() -> None:
    credentials = _Unwritable([Shadow(ALICE, plain_hash("now"))])
    world = world_of().changed(credentials=credentials)
    assert change(world) is ReturnCode.AUTHTOK_ERR
    assert log_of(world)[-1] == f"Cannot create {OPASSWD} temp file: No space left on device"
    assert not credentials.locked


class _WithoutLinks(MemoryCredentials):
    def remember(self, *args: Any, **named: Any) -> bool:
        named["backup"](OSError(1, "Operation not permitted"))
        return super().remember(*args, **named)


def test_a_backup_that_cannot_be_made_is_told_and_no_more() -> None:
    credentials = _WithoutLinks([Shadow(ALICE, plain_hash("now"))])
    world = world_of().changed(credentials=credentials)
    assert change(world, *new("fresh")) is ReturnCode.SUCCESS
    assert f"Cannot create backup file of {OPASSWD}: Operation not permitted" in log_of(world)


def test_nobody_is_asked_anything_while_the_lock_is_held() -> None:
    world, held = world_of("earlier"), []

    def answer(messages: tuple[Message, ...]) -> list[Answer]:
        held.append(credentials_of(world).locked)
        return ["fresh" if message.wants_answer else None for message in messages]

    policy = "password required pam_pwhistory.so\n"
    trial = Trial(policy, pam_pwhistory, world=world, conversation=answer)
    assert trial.chauthtok() is ReturnCode.SUCCESS
    assert held == [False, False]
    credentials_of(world).busy = True
    assert change(world) is ReturnCode.AUTHTOK_LOCK_BUSY


class _ChangedMeanwhile(MemoryCredentials):
    """Somebody else stores a password just before the lock is taken."""

    def lock(self) -> Any:
        self.entries[ALICE] = Shadow(ALICE, plain_hash("meanwhile"))
        return super().lock()


def test_what_is_remembered_is_what_is_on_record_under_the_lock() -> None:
    world = world_of().changed(credentials=_ChangedMeanwhile([Shadow(ALICE, plain_hash("now"))]))
    assert change(world, *new("fresh")) is ReturnCode.SUCCESS
    assert kept_by(world) == [text("meanwhile")]


class _Counting(PlainHashing):
    def __init__(self) -> None:
        self.settings: list[str] = []

    def crypt(self, token: bytes, setting: str) -> str | None:
        self.settings.append(setting)
        return super().crypt(token, setting)


@pytest.mark.parametrize("word", ["first", "second", "now", "none of them"])
def test_all_old_hashes_are_compared_whichever_it_is(word: str) -> None:
    """Class of CVE-2026-54411: neither the time nor the number of hashes tells which it was."""
    hashing = _Counting()
    lines = new(word) if word == "none of them" else (*new(word), USED)
    change(world_of("first", "second"), *lines, outside=StandInOutside(hashing))
    assert hashing.settings == [text("first"), text("second"), text("now")]


@pytest.mark.parametrize("odd", ["", "!", "*", "x", "$plain$", "!!", "$1$abc"])
def test_hashes_that_are_none_match_nothing(odd: str) -> None:
    """CVE-2007-0003."""
    world = world_of()
    credentials_of(world).remembered = {ALICE: [odd]}
    assert change(world, *new("fresh")) is ReturnCode.SUCCESS


def test_with_nothing_to_remember_it_has_no_say() -> None:
    for options in ("remember=0", "remember=x"):
        assert change(world_of("now"), options=options) is ReturnCode.PERM_DENIED
    policy = "password required pam_pwhistory.so remember=0\npassword required pam_ok.so\n"
    declared = declare("pam_ok", answers={Primitive.CHAUTHTOK: "success"}, examples=[])
    fine = Module("pam_ok", declared, {Primitive.CHAUTHTOK: lambda _: ReturnCode.SUCCESS})
    assert Trial(policy, pam_pwhistory, fine, world=world_of()).chauthtok() is ReturnCode.SUCCESS


CONF = "/etc/security/pwhistory.conf"


@pytest.mark.parametrize(
    ("files", "options", "expected"),
    [
        ({CONF: "remember = 1\n"}, "", ["now"]),
        ({CONF: "remember = 1\n"}, "remember=2", ["b", "now"]),
        ({"/usr/etc/security/pwhistory.conf": "remember 1\n"}, "", ["now"]),
        (
            {CONF: "remember=2\n", "/usr/etc/security/pwhistory.conf": "remember 1\n"},
            "",
            ["b", "now"],
        ),
        ({CONF: "remember = 1\n", "/my": "remember 2\n"}, "conf=/my", ["b", "now"]),
        ({CONF: "remember = 1\n", "/my": "remember 2\n"}, "conf=my", ["b", "now"]),
        ({CONF: "remember = 1\n"}, "conf=/nowhere", ["a", "b", "now"]),
        ({CONF: "remember = 1\n"}, "conf=", ["a", "b", "now"]),
        ({CONF: "remember = -1\n"}, "", ["a", "b"]),
    ],
)
def test_settings_come_from_the_file_and_the_words_go_before(
    files: dict[str, bytes | str | OSError], options: str, expected: list[str]
) -> None:
    world = world_of("a", "b", files=files)
    assert change(world, *new("fresh"), options=options) is ReturnCode.SUCCESS
    assert kept_by(world) == [text(word) for word in expected]


def test_settings_that_cannot_be_read_refuse_every_change() -> None:
    world = world_of(files={CONF: PermissionError(13, "Permission denied")})
    assert change(world) is ReturnCode.AUTHTOK_ERR
    assert log_of(world) == [f"Cannot open {CONF}: Permission denied"]


def test_the_history_may_lie_elsewhere() -> None:
    world = world_of(files={CONF: "file = /one\n"})
    assert change(world, *new("fresh")) is ReturnCode.SUCCESS
    assert credentials_of(world).history_file == "/one"
    assert change(world, *new("fresh"), options="file=/two") is ReturnCode.SUCCESS
    assert credentials_of(world).history_file == "/two"


def test_debug_tells_what_is_done() -> None:
    world = world_of("earlier")
    change(world, *new("earlier"), USED, options="debug")
    assert log_of(world) == [
        "pam_sm_chauthtok entered",
        "pam_sm_chauthtok(PAM_PRELIM_CHECK)",
        "pam_sm_chauthtok entered",
        "got new auth token",
        "check against old password file",
        "New password already used",
        "Aborted, too many tries",
    ]


def test_a_comma_in_a_hash_ends_it() -> None:
    world = world_of()
    entries = credentials_of(world).entries
    entries[ALICE] = Shadow(ALICE, Secret("abYi2.IWUbA6w,M.fi"))
    assert change(world, *new("fresh")) is ReturnCode.SUCCESS
    assert kept_by(world) == ["abYi2.IWUbA6w"]


def test_ten_passwords_are_remembered_and_no_more() -> None:
    """Linux-PAM's own xtest `tst-pam_pwhistory1`, with its policy."""
    policy = (
        "password required pam_pwhistory.so remember=10 retry=1 enforce_for_root\n"
        "password required pam_unix.so use_authtok md5\n"
    )
    words = [f"pamhistory{number:02}" for number in range(1, 12)]
    world, codes = world_of(uid=0, password="the very first"), []
    for word in (*words[:10], *words[:10], words[10]):

        def answer(messages: tuple[Message, ...], word: str = word) -> list[Answer]:
            return [word if message.wants_answer else None for message in messages]

        trial = Trial(policy, pam_pwhistory, pam_unix, world=world, conversation=answer)
        codes.append(trial.chauthtok())
    assert codes == [
        *[ReturnCode.SUCCESS] * 10,
        *[ReturnCode.MAXTRIES] * 10,
        ReturnCode.SUCCESS,
    ]


def test_no_name_at_all_is_an_unknown_user() -> None:
    """As in Linux-PAM's own `tst-pam_pwhistory-retval`."""
    trial = Trial("password required pam_pwhistory.so\n", pam_pwhistory, user="")
    assert trial.chauthtok() is ReturnCode.USER_UNKNOWN
