from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pamkit.module.call import ModuleCall
from pamkit.module.program import Finished, Run
from pamkit.module.registry import Module
from pamkit.module.world import Account, World
from pamkit.modules import pam_unix
from pamkit.modules.pam_unix import MODULE
from pamkit.testing.accounts import MemoryAccounts, account
from pamkit.testing.credentials import MemoryCredentials
from pamkit.testing.hashing import plain_hash
from pamkit.testing.outside import StandInOutside
from pamkit.testing.policies import Trial
from pamkit.testing.script import Script, hidden, visible
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive
from pamkit.vocab.flags import DATA_SILENT, Flag
from pamkit.vocab.item import Item
from pamkit.vocab.secret import Secret
from tests.modules.unix_world import log_of, shadow, trial, world_of

if TYPE_CHECKING:
    from pamkit.module.call import Hook

HELPER = "/usr/sbin/unix_chkpwd"


class Counting(StandInOutside):
    """An outside that notes how often a hash was computed."""

    def __init__(self) -> None:
        super().__init__()
        self.hashed: list[str] = []

    def crypt(self, token: bytes, setting: str) -> str | None:
        self.hashed.append(setting)
        return super().crypt(token, setting)


def said(*answers: str) -> Script:
    return Script(*(hidden("Password: ", answer) for answer in answers))


def login(world: World, answer: str = "secret", *options: str, user: str = "alice") -> ReturnCode:
    with said(answer) as script:
        return trial(world, *options, conversation=script, user=user).authenticate()


def helped(world: World, *results: Finished | OSError) -> StandInOutside:
    """Make the shadow file unreadable and let the helper end like this."""
    assert isinstance(world.credentials, MemoryCredentials)
    world.credentials.readable = False
    world.files.programs.add(HELPER)  # type: ignore[attr-defined]  # MemoryFiles, known here
    outside = StandInOutside()
    outside.results = list(results)
    return outside


def test_the_right_password_lets_in() -> None:
    assert login(world_of(shadow("alice"))) is ReturnCode.SUCCESS


def test_a_wrong_password_is_refused_logged_and_delayed() -> None:
    world, outside = world_of(shadow("alice")), StandInOutside()
    with said("wrong") as script:
        tried = trial(
            world,
            conversation=script,
            outside=outside,
            items={Item.TTY: "ssh", Item.RHOST: "10.1.2.3", Item.RUSER: "eve"},
        )
        assert tried.authenticate() is ReturnCode.AUTH_ERR
    assert log_of(world) == [
        "pam_unix(sshd:auth): authentication failure; logname=lars uid=0 euid=0 "
        "tty=ssh ruser=eve rhost=10.1.2.3  user=alice"
    ]
    assert outside.slept == [2.0]


def test_nodelay_asks_for_no_delay() -> None:
    outside = StandInOutside()
    with said("wrong") as script:
        tried = trial(world_of(shadow("alice")), "nodelay", conversation=script, outside=outside)
        assert tried.authenticate() is ReturnCode.AUTH_ERR
    assert outside.slept == []


def test_an_unknown_user_sees_the_same_and_costs_the_same() -> None:
    known, unknown = Counting(), Counting()
    world = world_of(shadow("alice"))
    heard, slept = [], []
    for user, outside in (("alice", known), ("nobody-here", unknown)):
        with said("wrong") as script:
            tried = trial(world, conversation=script, user=user, outside=outside)
            tried.authenticate()
        heard.append(script.heard)
        slept.append(outside.slept)
    assert heard[0] == heard[1]
    assert slept == [[2.0], [2.0]]
    assert len(known.hashed) == len(unknown.hashed) == 1


def test_a_look_for_a_blank_password_costs_the_same_for_everybody() -> None:
    class Counted(MemoryAccounts):
        looks = 0

        def find(self, name: str) -> Account | None:
            self.looks += 1
            return super().find(name)

    looks = []
    for user in ("alice", "nobody-here"):
        world = world_of(shadow("alice"), shadow("root"))
        assert isinstance(world.accounts, MemoryAccounts)
        accounts = Counted(world.accounts.users.values())
        assert login(world.changed(accounts=accounts), "x", "nullok", user=user) != 0
        looks.append(accounts.looks)
    assert looks == [3, 3]


def test_an_unknown_user_is_counted_but_not_named() -> None:
    world = world_of(shadow("alice"))
    assert login(world, "x", user="hunter2") is ReturnCode.USER_UNKNOWN
    assert log_of(world) == [
        "pam_unix(sshd:auth): check pass; user unknown",
        "pam_unix(sshd:auth): authentication failure; logname=lars uid=0 euid=0 "
        "tty= ruser= rhost= ",
    ]


def test_audit_names_an_unknown_user() -> None:
    world = world_of(shadow("alice"))
    assert login(world, "x", "audit", user="bob") is ReturnCode.USER_UNKNOWN
    assert log_of(world)[1:] == [
        "pam_unix(sshd:auth): check pass; user (bob) unknown",
        "pam_unix(sshd:auth): authentication failure; logname=lars uid=0 euid=0 "
        "tty= ruser= rhost=  user=bob",
    ]


@pytest.mark.parametrize("name", ["+", "-alice", "+@group"])
def test_names_that_join_nis_are_refused(name: str) -> None:
    world = world_of(shadow("alice"))
    assert trial(world, user=name).authenticate() is ReturnCode.USER_UNKNOWN
    assert log_of(world) == [f"pam_unix(sshd:auth): bad username [{name}]"]


def test_the_user_is_asked_for_if_unknown() -> None:
    with Script(visible("login:", "alice"), hidden("Password: ", "secret")) as script:
        tried = trial(world_of(shadow("alice")), conversation=script, user=None)
        assert tried.authenticate() is ReturnCode.SUCCESS


def test_from_the_third_failure_on_it_is_enough_and_the_end_is_logged() -> None:
    world = world_of(shadow("alice"))
    with said("a", "b", "c", "d") as script:
        tried = trial(world, conversation=script, items={Item.RHOST: "h"})
        codes = []
        for _ in range(4):
            codes.append(tried.authenticate())
            tried.handle.set_token(Item.AUTHTOK, None)
    tried.end()
    assert codes == [
        ReturnCode.AUTH_ERR,
        ReturnCode.AUTH_ERR,
        ReturnCode.MAXTRIES,
        ReturnCode.MAXTRIES,
    ]
    assert log_of(world)[1:] == [
        "PAM 3 more authentication failures; logname=lars uid=0 euid=0 "
        "tty= ruser= rhost=h  user=alice",
        "PAM service(sshd) ignoring max retries; 4 > 3",
    ]


def test_one_more_failure_is_logged_in_the_singular() -> None:
    world = world_of(shadow("alice"))
    with said("a", "b") as script:
        tried = trial(world, conversation=script)
        for _ in range(2):
            tried.authenticate()
            tried.handle.set_token(Item.AUTHTOK, None)
    tried.end()
    assert log_of(world)[1:] == [
        "PAM 1 more authentication failure; logname=lars uid=0 euid=0 "
        "tty= ruser= rhost=  user=alice",
    ]


def test_a_success_forgets_the_failures_before() -> None:
    world = world_of(shadow("alice"))
    with said("a", "secret", "b") as script:
        tried = trial(world, conversation=script)
        codes = []
        for _ in range(3):
            codes.append(tried.authenticate())
            tried.handle.set_token(Item.AUTHTOK, None)
    tried.end()
    assert codes == [ReturnCode.AUTH_ERR, ReturnCode.SUCCESS, ReturnCode.AUTH_ERR]
    assert [line.partition(";")[0] for line in log_of(world)] == [
        "pam_unix(sshd:auth): authentication failure",
        "pam_unix(sshd:auth): authentication failure",
    ]


def test_a_silent_end_and_a_success_log_no_failures() -> None:
    world = world_of(shadow("alice"))
    with said("a", "b", "c", "secret") as script:
        tried = trial(world, conversation=script)
        for _ in range(2):
            tried.authenticate()
            tried.handle.set_token(Item.AUTHTOK, None)
        tried.end(DATA_SILENT)
        tried = trial(world, conversation=script)
        tried.authenticate()
        tried.handle.set_token(Item.AUTHTOK, None)
        assert tried.authenticate() is ReturnCode.SUCCESS
    tried.end()
    assert not [line for line in log_of(world) if "more" in line]


# --- blank, locked and odd hashes


@pytest.mark.parametrize("options", [("nullok",), ("nullok_secure",), ("nullokay",)])
def test_a_blank_account_comes_in_unasked_with_nullok(options: tuple[str, ...]) -> None:
    world = world_of(shadow("alice", None))
    assert trial(world, *options).authenticate() is ReturnCode.SUCCESS
    assert log_of(world)[-1] == (
        "pam_unix(sshd:auth): user [alice] has blank password; authenticated without it"
    )


@pytest.mark.parametrize("answer", ["", "x"])
def test_a_blank_account_stays_out_without_nullok(answer: str) -> None:
    assert login(world_of(shadow("alice", None)), answer) is ReturnCode.AUTH_ERR


@pytest.mark.parametrize("options", [("nullok",), ("nullresetok",)])
def test_an_application_that_forbids_blanks_has_the_last_word(options: tuple[str, ...]) -> None:
    with said("") as script:
        tried = trial(world_of(shadow("alice", None, last_change=0)), *options, conversation=script)
        assert tried.authenticate(Flag.DISALLOW_NULL_AUTHTOK) is ReturnCode.AUTH_ERR


def test_nullresetok_lets_a_blank_account_in_only_to_change_it() -> None:
    must = trial(world_of(shadow("alice", None, last_change=0)), "nullresetok")
    assert must.authenticate() is ReturnCode.SUCCESS
    assert login(world_of(shadow("alice", None)), "", "nullresetok") is ReturnCode.AUTH_ERR


def test_a_blank_root_does_not_open_other_names() -> None:
    """CVE-2020-27780."""
    world = world_of(shadow("root", None), shadow("alice"))
    assert login(world, "", "nullok", user="nobody-here") is ReturnCode.USER_UNKNOWN
    assert login(world, "", "nullok", user="alice") is ReturnCode.AUTH_ERR


def test_an_empty_answer_does_not_match_the_hash_of_the_empty_password() -> None:
    world = world_of(shadow("alice", ""))
    assert login(world, "") is ReturnCode.AUTH_ERR
    assert login(world, "", "nullok") is ReturnCode.SUCCESS


def test_no_answer_is_not_an_empty_password() -> None:
    world = world_of(shadow("alice", ""))
    with Script(hidden("Password: ", None)) as script:
        tried = trial(world, "nullok", conversation=script)
        assert tried.authenticate() is ReturnCode.AUTHTOK_ERR
    assert log_of(world) == ["pam_unix(sshd:auth): auth could not identify password for [alice]"]


@pytest.mark.parametrize("hashed", ["!", "*", "!!", "x", "ab", "*0", "!" + "$plain$x$", "$", "$1$"])
@pytest.mark.parametrize("answer", ["", "!", "!!", "*", "x", "secret"])
def test_locked_and_short_hashes_match_nothing(hashed: str, answer: str) -> None:
    """CVE-2007-0003."""
    entry = shadow("alice").changed(hashed=Secret(hashed))
    assert login(world_of(entry), answer, "nullok") is ReturnCode.AUTH_ERR


@pytest.mark.parametrize(
    ("user", "expected"),
    [
        (account("bob", password="##bob"), ReturnCode.AUTHINFO_UNAVAIL),
        (account("bob", password="x"), ReturnCode.AUTHINFO_UNAVAIL),
        (account("bob", password="##eve"), ReturnCode.AUTH_ERR),
        (account("bob", password="*"), ReturnCode.AUTH_ERR),
        (account("bob", password=plain_hash("pw").expose().decode()), ReturnCode.SUCCESS),
        (account("bob", 0, password=plain_hash("pw").expose().decode()), ReturnCode.SUCCESS),
    ],
)
def test_the_field_in_passwd_says_where_the_hash_is(user: Account, expected: ReturnCode) -> None:
    assert login(world_of(users=(user,)), "pw", user="bob") is expected


def test_an_account_without_a_shadow_entry_is_unavailable_and_counted_by_name() -> None:
    world = world_of(users=(account("bob"),))
    assert login(world, "pw", "nullok", user="bob") is ReturnCode.AUTHINFO_UNAVAIL
    assert log_of(world)[-1].endswith("rhost=  user=bob")


def test_a_broken_user_database_refuses() -> None:
    world = world_of(shadow("alice"))
    assert isinstance(world.accounts, MemoryAccounts)
    world.accounts.failing = True
    assert login(world, "secret", "nullok", "broken_shadow") is ReturnCode.AUTHINFO_UNAVAIL


def test_a_long_password_is_cut_to_512_bytes() -> None:
    world = world_of(shadow("alice", "a" * 512))
    assert login(world, "a" * 512 + "b") is ReturnCode.SUCCESS
    assert login(world, "a" * 511) is ReturnCode.AUTH_ERR
    assert login(world, "a" * (1 << 20)) is ReturnCode.SUCCESS


def test_the_password_is_neither_logged_nor_kept_by_the_module() -> None:
    world = world_of(shadow("alice"))
    assert login(world, "tOpSeCrEt", "audit") is ReturnCode.AUTH_ERR
    assert not [line for line in log_of(world) if "tOpSeCrEt" in line]


# --- the helper


def test_without_rights_the_helper_is_asked() -> None:
    world = world_of(shadow("alice"), uid=1000)
    outside = helped(world, Finished(0))
    with said("secret") as script:
        assert trial(world, conversation=script, outside=outside).authenticate() == 0
    assert outside.ran == [Run((HELPER, "alice", "nonull"), (), Secret(b""))]


def test_the_helper_reads_at_most_512_bytes_and_a_nul() -> None:
    """CVE-2015-3238."""
    got: list[bytes] = []

    class Reading(StandInOutside):
        def run(self, effect: Run) -> Finished:
            assert isinstance(effect.stdin, Secret)
            got.append(effect.stdin.expose())
            return Finished(7)

    world = world_of(shadow("alice"), uid=1000)
    helped(world)
    with said("a" * 600) as script:
        tried = trial(world, conversation=script, outside=Reading())
        assert tried.authenticate() is ReturnCode.AUTH_ERR
    assert got == [b"a" * 512 + b"\0"]


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        (Finished(7), ReturnCode.AUTH_ERR),
        (Finished(9), ReturnCode.AUTHINFO_UNAVAIL),
        (Finished(-9), ReturnCode.AUTH_ERR),
        (Finished(25), ReturnCode.AUTH_ERR),
        (Finished(99), ReturnCode.AUTH_ERR),
        (Finished(256), ReturnCode.AUTH_ERR),
        (FileNotFoundError(), ReturnCode.AUTHINFO_UNAVAIL),
        (ChildProcessError(), ReturnCode.AUTH_ERR),
    ],
)
def test_a_helper_that_does_not_end_with_0_refuses(
    result: Finished | OSError, expected: ReturnCode
) -> None:
    world = world_of(shadow("alice"), uid=1000)
    outside = helped(world, result)
    with said("secret") as script:
        assert trial(world, conversation=script, outside=outside).authenticate() is expected


def test_without_a_helper_nobody_comes_in() -> None:
    world = world_of(shadow("alice"), uid=1000)
    assert isinstance(world.credentials, MemoryCredentials)
    world.credentials.readable = False
    assert login(world) is ReturnCode.AUTHINFO_UNAVAIL


def test_the_helper_is_asked_for_a_blank_password_with_nullok() -> None:
    world = world_of(shadow("alice", None), uid=1000)
    outside = helped(world, Finished(0))
    assert trial(world, "nullok", outside=outside).authenticate() is ReturnCode.SUCCESS
    assert [run.argv for run in outside.ran] == [(HELPER, "alice", "nullok")]


def test_a_blank_root_known_to_the_helper_only_opens_no_other_name() -> None:
    world = world_of(shadow("root", None), uid=1000)
    outside = helped(world, Finished(0))
    with said("") as script:
        tried = trial(world, "nullok", outside=outside, conversation=script, user="bob")
        assert tried.authenticate() is ReturnCode.USER_UNKNOWN


# --- setcred


def test_setcred_succeeds_and_with_likeauth_repeats_the_answer_once() -> None:
    answers: list[int] = []

    async def authenticate(call: ModuleCall[Any]) -> int:
        answers.append(await pam_unix.pam_sm_authenticate(call))
        return ReturnCode.SUCCESS

    def setcred(call: ModuleCall[Any]) -> int:
        answers.append(pam_unix.pam_sm_setcred(call))
        return ReturnCode.SUCCESS

    hooks: dict[Primitive, Hook] = {
        Primitive.AUTHENTICATE: authenticate,
        Primitive.SETCRED: setcred,
    }
    spy = Module("pam_spy", MODULE.changed(name="pam_spy"), hooks)
    for option in ("", "likeauth"):
        with said("wrong") as script:
            policy = f"auth required pam_spy.so {option}\n"
            tried = Trial(policy, spy, world=world_of(shadow("alice")), conversation=script)
            tried.authenticate()
            tried.setcred(Flag.ESTABLISH_CRED)
            tried.setcred(Flag.REFRESH_CRED)
    failed, succeeded = ReturnCode.AUTH_ERR, ReturnCode.SUCCESS
    assert answers == [failed, succeeded, succeeded, failed, failed, succeeded]


def test_options_of_a_password_change_are_complained_of_elsewhere() -> None:
    world = world_of(shadow("alice"))
    assert login(world, "secret", "remember=3", "minlen=9") is ReturnCode.SUCCESS
    assert log_of(world) == [
        "pam_unix(sshd:auth): option remember not allowed for this module type",
        "pam_unix(sshd:auth): option minlen not allowed for this module type",
    ]


def test_the_declaration_knows_when_blank_accounts_come_in() -> None:
    def grants(*args: str) -> bool:
        options, _ = MODULE.options.parse(args)
        return MODULE.fact("grants-without-secret", options)

    assert (grants(), grants("nullok"), grants("nullok_secure"), grants("nullresetok")) == (
        False,
        True,
        True,
        True,
    )
