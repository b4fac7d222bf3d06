from __future__ import annotations

from typing import Any

import pytest

from pamkit.module.call import ModuleCall
from pamkit.module.declaration import declare
from pamkit.module.registry import Module
from pamkit.module.world import Shadow, World
from pamkit.modules import pam_unix
from pamkit.testing.accounts import MemoryAccounts, account
from pamkit.testing.credentials import Held, MemoryCredentials
from pamkit.testing.hashing import plain_hash
from pamkit.testing.policies import Trial
from pamkit.testing.script import Line, Script, error, hidden, info
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive
from pamkit.vocab.flags import Flag
from pamkit.vocab.item import Item
from pamkit.vocab.secret import Secret
from tests.modules.unix_world import TODAY, log_of, shadow, trial, world_of

OLD = (info("Changing password for alice."), hidden("Current password: ", "secret"))
CHANGED = "pam_unix(sshd:chauthtok): password changed for alice"


def new(word: str) -> tuple[Line, Line]:
    return hidden("New password: ", word), hidden("Retype new password: ", word)


def user_world(*entries: Shadow) -> World:
    return world_of(*(entries or (shadow("alice"),)), uid=1000)


def change(world: World, *lines: Line, options: tuple[str, ...] = (), flags: int = 0) -> ReturnCode:
    with Script(*lines) as script:
        return trial(world, *options, conversation=script).chauthtok(flags)


def stored(world: World) -> Shadow:
    entry = world.credentials.shadow("alice")
    assert entry is not None
    return entry


def works(world: World, password: str) -> bool:
    with Script(hidden("Password: ", password)) as script:
        return trial(world, conversation=script).authenticate() is ReturnCode.SUCCESS


def test_a_user_changes_the_password() -> None:
    world = user_world()
    assert change(world, *OLD, *new("something-new")) is ReturnCode.SUCCESS
    assert works(world, "something-new")
    assert stored(world).last_change == TODAY
    assert CHANGED in log_of(world)


def test_root_is_not_asked_for_the_old_password() -> None:
    world = world_of(shadow("alice", min_days=99))
    assert change(world, *new("x")) is ReturnCode.SUCCESS
    assert works(world, "x")


def test_root_logging_in_with_an_expired_password_is_a_user() -> None:
    world = world_of(shadow("alice", last_change=0))
    code = change(world, *OLD, *new("something-new"), flags=Flag.CHANGE_EXPIRED_AUTHTOK)
    assert code is ReturnCode.SUCCESS


def test_a_wrong_old_password_is_refused_and_counted() -> None:
    world = user_world()
    code = change(world, OLD[0], hidden("Current password: ", "wrong"))
    assert code is ReturnCode.AUTH_ERR
    assert "authentication failure; logname=lars uid=1000" in log_of(world)[0]


def test_a_user_without_password_need_not_know_it() -> None:
    world = user_world(shadow("alice", None))
    assert change(world, *new("something-new")) is ReturnCode.SUCCESS


@pytest.mark.parametrize(
    ("entry", "flags", "remark", "expected"),
    [
        (
            shadow("alice", min_days=20),
            0,
            (error("You must wait longer to change your password."),),
            ReturnCode.AUTHTOK_ERR,
        ),
        (
            shadow("alice"),
            Flag.CHANGE_EXPIRED_AUTHTOK,
            (error("Your password is not expired."),),
            ReturnCode.AUTHTOK_ERR,
        ),
        (shadow("alice", expires=1), 0, (), ReturnCode.ACCT_EXPIRED),
        (shadow("alice", max_days=1, inactive_days=1), 0, (), ReturnCode.AUTHTOK_EXPIRED),
    ],
)
def test_the_age_may_forbid_a_change(
    entry: Shadow, flags: int, remark: tuple[Line, ...], expected: ReturnCode
) -> None:
    """CVE-2009-0579."""
    assert change(user_world(entry), *OLD, *remark, flags=flags) is expected


def test_an_expired_password_may_be_changed() -> None:
    world = user_world(shadow("alice", max_days=1))
    code = change(world, *OLD, *new("something-new"), flags=Flag.CHANGE_EXPIRED_AUTHTOK)
    assert code is ReturnCode.SUCCESS


def test_only_users_in_passwd_itself_can_be_changed() -> None:
    world = user_world()
    assert isinstance(world.accounts, MemoryAccounts)
    world.accounts.remote = frozenset({"alice"})
    assert change(world) is ReturnCode.USER_UNKNOWN
    assert log_of(world) == ['pam_unix(sshd:chauthtok): user "alice" does not exist in /etc/passwd']


def test_three_tries_and_no_more() -> None:
    world = user_world()
    code = change(
        world,
        *OLD,
        *new(""),
        error("No password has been supplied."),
        *new("secret"),
        error("The password has not been changed."),
        *new("short"),
        error("You must choose a longer password."),
    )
    assert code is ReturnCode.AUTHTOK_ERR
    assert log_of(world)[-1] == "pam_unix(sshd:chauthtok): new password not acceptable"
    assert works(world, "secret")


def test_the_second_try_may_be_good() -> None:
    lines = (*OLD, *new("short"), error("You must choose a longer password."), *new("long enough"))
    assert change(user_world(), *lines) is ReturnCode.SUCCESS


def test_passwords_that_differ_end_it() -> None:
    code = change(
        user_world(),
        *OLD,
        hidden("New password: ", "something-new"),
        hidden("Retype new password: ", "something-else"),
        error("Sorry, passwords do not match."),
    )
    assert code is ReturnCode.TRY_AGAIN


@pytest.mark.parametrize(
    ("word", "options", "remark"),
    [
        ("12345", (), "You must choose a longer password."),
        ("12345678", ("minlen=9",), "You must choose a longer password."),
        ("a" * 513, (), "You must choose a shorter password."),
        ("SECRET", ("obscure",), "Bad: new and old password must differ by more than just case"),
        ("abccba", ("obscure",), "Bad: new password cannot be a palindrome"),
    ],
)
def test_a_bad_new_password_is_refused(word: str, options: tuple[str, ...], remark: str) -> None:
    world = user_world()
    tries = [line for _ in range(3) for line in (*new(word), error(remark))]
    assert change(world, *OLD, *tries, options=options) is ReturnCode.AUTHTOK_ERR


def test_des_looks_at_eight_bytes_so_more_are_not_asked_for() -> None:
    world = user_world()
    assert change(world, *OLD, *new("12345678"), options=("des", "minlen=9")) == 0
    assert "pam_unix(sshd:chauthtok): Password minlen reset to 8 characters" in log_of(world)


def test_remembered_passwords_are_refused_and_the_old_one_is_added() -> None:
    world = user_world()
    assert isinstance(world.credentials, MemoryCredentials)
    earlier = plain_hash("earlier-one").expose().decode()
    world.credentials.remembered = {"alice": [earlier]}
    used = error("Password has been already used. Choose another.")
    lines = (*OLD, *new("earlier-one"), used, *new("something-new"))
    assert change(world, *lines, options=("remember=2",)) is ReturnCode.SUCCESS
    assert world.credentials.remembered == {
        "alice": [earlier, plain_hash("secret").expose().decode()]
    }


def test_remember_without_a_history_refuses() -> None:
    world = user_world()
    tries = [line for _ in range(3) for line in new("something-new")]
    code = change(world, *OLD, *tries, options=("remember=2",))
    assert code is ReturnCode.ABORT
    assert log_of(world)[0] == (
        "pam_unix(sshd:chauthtok): can't open /etc/security/opasswd file to check old passwords"
    )


@pytest.mark.parametrize("option", ["use_authtok", "use_first_pass"])
def test_a_new_password_may_only_come_from_an_earlier_module(option: str) -> None:
    def giving(*items: Item, brand_new: str = "brand-new") -> Module:
        def give(call: ModuleCall[Any]) -> int:
            for item in items:
                call.set_token(item, Secret("secret" if item is Item.OLDAUTHTOK else brand_new))
            return ReturnCode.SUCCESS

        declared = declare("pam_giver", answers={Primitive.CHAUTHTOK: "success"}, examples=[])
        return Module("pam_giver", declared, {Primitive.CHAUTHTOK: give})

    policy = f"password required pam_giver.so\npassword required pam_unix.so {option}\n"
    codes = []
    for items in ((Item.OLDAUTHTOK,), (Item.OLDAUTHTOK, Item.AUTHTOK)):
        with Script(OLD[0]) as script:
            tried = Trial(policy, giving(*items), pam_unix, world=user_world(), conversation=script)
            codes.append(tried.chauthtok())
    assert codes == [ReturnCode.AUTHTOK_ERR, ReturnCode.SUCCESS]
    world = user_world()
    giver = giving(Item.OLDAUTHTOK, Item.AUTHTOK, brand_new="short")
    with Script(OLD[0], error("You must choose a longer password.")) as script:
        tried = Trial(policy, giver, pam_unix, world=world, conversation=script)
        assert tried.chauthtok() is ReturnCode.AUTHTOK_ERR
    assert log_of(world)[-1] == "pam_unix(test:chauthtok): new password not acceptable"


def test_a_lock_that_is_held_is_busy() -> None:
    world = user_world()
    assert isinstance(world.credentials, MemoryCredentials)
    world.credentials.busy = True
    assert change(world, *OLD, *new("something-new")) is ReturnCode.AUTHTOK_LOCK_BUSY


def test_what_can_never_be_locked_is_no_matter_of_waiting() -> None:
    class Held30(Held):
        def __enter__(self) -> None:
            raise OSError(30, "Read-only file system")

    class ReadOnly(MemoryCredentials):
        def lock(self) -> Held:
            return Held30(self)

    world = user_world().changed(credentials=ReadOnly([shadow("alice", "secret")]))
    assert change(world, *OLD, *new("something-new")) is ReturnCode.AUTHTOK_ERR
    assert "cannot be locked: Read-only file system" in log_of(world)[-1]


class FreeSoon(MemoryCredentials):
    """Another holds the lock, but not for long."""

    tries = 0

    def lock(self) -> Held:
        self.tries += 1
        self.busy = self.tries < 4
        return super().lock()


def test_a_lock_that_comes_free_is_taken_and_given_back() -> None:
    credentials = FreeSoon([shadow("alice", "secret")])
    world = user_world().changed(credentials=credentials)
    assert change(world, *OLD, *new("something-new")) is ReturnCode.SUCCESS
    assert (credentials.tries, credentials.locked) == (4, False)


class ChangedMeanwhile(MemoryCredentials):
    """Somebody else stores a password just before the lock is taken."""

    def lock(self) -> Held:
        self.entries["alice"] = shadow("alice", "another")
        return super().lock()


@pytest.mark.parametrize(("password", "asked"), [("secret", OLD), (None, ())])
def test_a_password_changed_by_another_is_not_overwritten(
    password: str | None, asked: tuple[Line, ...]
) -> None:
    world = user_world().changed(credentials=ChangedMeanwhile([shadow("alice", password)]))
    assert change(world, *asked, *new("something-new")) is ReturnCode.AUTH_ERR
    assert log_of(world)[-1] == (
        "pam_unix(sshd:chauthtok): user password changed by another process"
    )
    assert works(world, "another")


def test_root_overwrites_what_another_stored() -> None:
    world = world_of().changed(credentials=ChangedMeanwhile([shadow("alice")]))
    world = world.changed(accounts=MemoryAccounts([account("alice")]))
    assert change(world, *new("something-new")) is ReturnCode.SUCCESS
    assert works(world, "something-new")


@pytest.mark.parametrize(
    ("options", "defs", "expected"),
    [
        ((), "", "yescrypt5"),
        ((), "ENCRYPT_METHOD SHA512\n", "sha512"),
        ((), "ENCRYPT_METHOD SHA512\nSHA_CRYPT_MAX_ROUNDS 70000\n", "sha51270000"),
        (("sha512", "rounds=5000"), "ENCRYPT_METHOD DES\n", "sha5125000"),
        (("sha512", "yescrypt"), "YESCRYPT_COST_FACTOR 7\n", "yescrypt7"),
        (("yescrypt", "sha256"), "", "sha256"),
        (("blowfish", "rounds=99"), "", "blowfish31"),
        (("md5foo",), "", "md5"),
    ],
)
def test_the_last_scheme_named_hashes(options: tuple[str, ...], defs: str, expected: str) -> None:
    world = world_of(shadow("alice"), files={"/etc/login.defs": defs})
    assert change(world, *new("something-new"), options=options) is ReturnCode.SUCCESS
    assert stored(world).hashed.expose().decode().split("$")[2] == expected


def test_the_distributions_login_defs_counts_where_there_is_no_other() -> None:
    world = world_of(shadow("alice"), files={"/usr/etc/login.defs": "ENCRYPT_METHOD SHA256\n"})
    assert change(world, *new("something-new")) is ReturnCode.SUCCESS
    assert stored(world).hashed.expose().decode().split("$")[2] == "sha256"


def test_a_scheme_that_libcrypt_lacks_stores_nothing() -> None:
    world = world_of(shadow("alice"))

    class Without:
        def setting(self, scheme: str, rounds: int | None) -> str | None:
            return None

    world = world.changed(hashing=Without())
    assert change(world, *new("something-new")) is ReturnCode.BUF_ERR
    assert log_of(world)[-2:] == [
        "pam_unix(sshd:chauthtok): Algo yescrypt not supported by the crypto backend.\n",
        "pam_unix(sshd:chauthtok): crypt() failure or out of memory for password",
    ]


def test_a_user_who_vanished_is_not_changed() -> None:
    world = world_of(users=(account("alice", password="x"),))
    assert change(world, *new("something-new")) is ReturnCode.AUTHTOK_ERR


def test_on_day_0_the_last_change_is_not_known() -> None:
    world = world_of(shadow("alice"))
    world.clock.time = 3600.0  # type: ignore[attr-defined]  # StoppedClock, known here
    assert change(world, *new("something-new")) is ReturnCode.SUCCESS
    assert stored(world).last_change == -1
