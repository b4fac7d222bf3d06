import pytest

from pamkit.module.call import ModuleCall
from pamkit.module.options import Options
from pamkit.module.world import Account, World
from pamkit.modules import pam_permit, pam_pwquality
from pamkit.testing.accounts import MemoryAccounts, account
from pamkit.testing.log import MemoryLog
from pamkit.testing.policies import Trial
from pamkit.testing.process import StandInProcess
from pamkit.testing.quality import ScriptedQuality
from pamkit.testing.script import Line, Script, error, hidden
from pamkit.testing.world import memory_world
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.flags import Flag
from pamkit.vocab.item import Item
from pamkit.vocab.priority import Priority
from pamkit.vocab.secret import Secret
from tests.formats.packed_words import packed
from tests.hooks import module

_USERS = [account("root", 0), account("alice", 1000)]
_GOOD = "kX7-qp2_Wz"
_NEW, _AGAIN = "New password: ", "Retype new password: "
_TOO_SHORT = error("BAD PASSWORD: The password is shorter than 8 characters")
_TYPED_TWICE = (hidden(_NEW, _GOOD), hidden(_AGAIN, _GOOD))
_CONF = "/etc/security/pwquality.conf"


def _world(uid: int = 1000, **files: bytes | str | OSError) -> World:
    index, words = packed([b"wonderland"])
    place = "/usr/share/cracklib/pw_dict"
    found: dict[str, bytes | str | OSError] = {f"{place}.pwi": index, f"{place}.pwd": words}
    if "conf" in files:
        found[_CONF] = files["conf"]
    return memory_world(users=_USERS, files=found, process=StandInProcess(uid=uid))


def _change(
    *lines: Line,
    options: str = "",
    world: World | None = None,
    user: str | None = "alice",
    flags: int = 0,
) -> tuple[ReturnCode, Trial]:
    with Script(*lines) as script:
        trial = Trial(
            f"password requisite pam_pwquality.so {options}\npassword required pam_permit.so\n",
            pam_pwquality,
            pam_permit,
            world=world or _world(),
            user=user,
            conversation=script,
        )
        return trial.chauthtok(flags), trial


def _log(trial: Trial) -> list[tuple[int, str]]:
    assert isinstance(trial.world.log, MemoryLog)
    return [(priority, text.partition(": ")[2]) for priority, text in trial.world.log.lines]


def test_a_good_password_is_typed_twice_and_handed_down() -> None:
    code, trial = _change(*_TYPED_TWICE)
    assert code == ReturnCode.SUCCESS
    token = trial.handle.tokens.get(Item.AUTHTOK)
    assert token is None  # libpam clears it when the call ends


def test_a_bad_password_is_named_and_refused() -> None:
    code, _ = _change(hidden(_NEW, "short"), _TOO_SHORT)
    assert code == ReturnCode.AUTHTOK_ERR


def test_another_one_may_be_typed() -> None:
    code, _ = _change(hidden(_NEW, "short"), _TOO_SHORT, *_TYPED_TWICE, options="retry=2")
    assert code == ReturnCode.SUCCESS


def test_not_more_often_than_the_policy_says() -> None:
    code, _ = _change(*(hidden(_NEW, "short"), _TOO_SHORT) * 2, options="retry=2")
    assert code == ReturnCode.MAXTRIES


def test_a_slip_of_the_fingers_counts_as_one_attempt() -> None:
    slip = (hidden(_NEW, _GOOD), hidden(_AGAIN, "x"), error("Sorry, passwords do not match."))
    assert _change(*slip)[0] == ReturnCode.AUTHTOK_ERR
    assert _change(*slip, *_TYPED_TWICE, options="retry=2")[0] == ReturnCode.SUCCESS


def test_root_is_told_and_may_have_it() -> None:
    lines = (hidden(_NEW, "short"), _TOO_SHORT, hidden(_AGAIN, "short"))
    assert _change(*lines, world=_world(0))[0] == ReturnCode.SUCCESS


@pytest.mark.parametrize(
    ("options", "flags"), [("enforce_for_root", 0), ("", Flag.CHANGE_EXPIRED_AUTHTOK)]
)
def test_root_may_not_have_it_if_the_policy_or_the_login_says_so(options: str, flags: int) -> None:
    lines = (hidden(_NEW, "short"), _TOO_SHORT)
    code, _ = _change(*lines, options=options, flags=flags, world=_world(0))
    assert code == ReturnCode.AUTHTOK_ERR


def test_everybody_may_have_it_if_nothing_is_enforced() -> None:
    lines = (hidden(_NEW, "short"), _TOO_SHORT, hidden(_AGAIN, "short"))
    assert _change(*lines, options="enforcing=0")[0] == ReturnCode.SUCCESS


def test_without_a_new_password_nothing_is_changed() -> None:
    code, trial = _change(options="use_authtok")
    assert code == ReturnCode.AUTHTOK_ERR
    assert _log(trial) == [(Priority.INFO, "user aborted password change")]


def test_who_hangs_up_changes_nothing() -> None:
    lines = (hidden(_NEW, None), error("Password change has been aborted."))
    code, trial = _change(*lines)
    assert code == ReturnCode.AUTHTOK_ERR
    assert (Priority.INFO, "user aborted password change") in _log(trial)
    code, _ = _change(hidden(_NEW, _GOOD), hidden(_AGAIN, None), lines[1])
    assert code == ReturnCode.AUTHTOK_ERR


@pytest.mark.parametrize("option", ["type=UNIX", "authtok_type=UNIX"])
def test_the_prompts_can_name_the_password(option: str) -> None:
    lines = hidden("New UNIX password: ", _GOOD), hidden("Retype new UNIX password: ", _GOOD)
    assert _change(*lines, options=option)[0] == ReturnCode.SUCCESS


def test_words_of_the_line_go_before_the_files() -> None:
    lines = (
        hidden(_NEW, _GOOD),
        error("BAD PASSWORD: The password is shorter than 12 characters"),
    )
    world = _world(conf="minlen = 12\n")
    assert _change(*lines, world=world)[0] == ReturnCode.AUTHTOK_ERR
    assert _change(*_TYPED_TWICE, options="minlen=8", world=world)[0] == ReturnCode.SUCCESS


def test_a_bad_line_of_the_file_is_logged_and_the_others_count() -> None:
    lines = (
        hidden(_NEW, _GOOD),
        error("BAD PASSWORD: The password is shorter than 12 characters"),
    )
    code, trial = _change(*lines, world=_world(conf="nonsense = 1\nminlen = 12\n"))
    assert code == ReturnCode.AUTHTOK_ERR
    told = "Reading pwquality configuration file failed: Unknown setting - nonsense"
    assert _log(trial)[0] == (Priority.ERR, told)


def test_settings_that_cannot_be_read_end_the_change_before_anything_is_asked() -> None:
    code, trial = _change(world=_world(conf=PermissionError(13, "Permission denied")))
    assert code == ReturnCode.SERVICE_ERR
    told = "Reading pwquality configuration file failed: Opening the configuration file failed"
    assert _log(trial) == [(Priority.ERR, told)]


def test_odd_words_are_logged_and_do_not_count() -> None:
    _, trial = _change(*_TYPED_TWICE, options="nonsense minlen=x MINLEN=9 difignore=2")
    told = [text for _, text in _log(trial) if text.startswith("pam_parse")]
    assert told[:2] == [
        "pam_parse: unknown or broken option; nonsense",
        "pam_parse: unknown or broken option; minlen=x",
    ]
    assert len(told) == 4  # of both passes


def test_debug_tells_what_is_wrong_and_how_good_it_is_never_the_password() -> None:
    lines = (hidden(_NEW, "short"), _TOO_SHORT, *_TYPED_TWICE)
    _, trial = _change(*lines, options="retry=2 debug")
    assert _log(trial) == [
        (Priority.DEBUG, "bad password: The password is shorter than 8 characters"),
        (Priority.DEBUG, "password score: 71"),
    ]


def test_passwords_of_others_than_local_users_are_not_judged() -> None:
    world = _world().changed(accounts=MemoryAccounts(_USERS, remote=["alice"]))
    lines = (hidden(_NEW, "short"), hidden(_AGAIN, "short"))
    assert _change(*lines, options="local_users_only", world=world)[0] == ReturnCode.SUCCESS
    code, _ = _change(hidden(_NEW, "short"), _TOO_SHORT, options="local_users_only")
    assert code == ReturnCode.AUTHTOK_ERR


class _Broken(MemoryAccounts):
    def is_local(self, name: str) -> bool:
        raise OSError("the passwd file is broken")


def test_where_it_cannot_be_told_who_is_local_everybody_is_judged() -> None:
    world = _world().changed(accounts=_Broken(_USERS))
    lines = (hidden(_NEW, "short"), _TOO_SHORT)
    code, _ = _change(*lines, options="local_users_only", world=world)
    assert code == ReturnCode.AUTHTOK_ERR


def test_without_a_user_name_nothing_is_changed() -> None:
    with Script() as script:
        trial = Trial(
            "password required pam_pwquality.so debug\n",
            pam_pwquality,
            world=_world(),
            user=None,
            conversation=script,
        )
        trial.handle.conversation_failure = ReturnCode.CONV_ERR
        assert trial.chauthtok() == ReturnCode.AUTHTOK_ERR
    assert _log(trial) == [(Priority.ERR, "Can not get username")]


def test_without_a_dictionary_every_password_is_refused() -> None:
    world = memory_world(users=_USERS, process=StandInProcess(uid=1000))
    remark = "The password fails the dictionary check - error loading dictionary"
    lines = (hidden(_NEW, _GOOD), error(f"BAD PASSWORD: {remark}"))
    assert _change(*lines, world=world)[0] == ReturnCode.AUTHTOK_ERR
    assert _change(*_TYPED_TWICE, options="dictcheck=0", world=world)[0] == ReturnCode.SUCCESS


def test_libpwquality_is_asked_where_it_is_and_told_the_settings() -> None:
    quality = ScriptedQuality((-14, "much too short"))
    world = _world(conf="minclass = 2\n").changed(quality=quality)
    lines = (hidden(_NEW, _GOOD), error("BAD PASSWORD: much too short"))
    assert _change(*lines, options="minlen=20", world=world)[0] == ReturnCode.AUTHTOK_ERR
    assert {"minlen=20", "minclass=2", "difok=1"} <= set(quality.asked[0][0])


class _Unreachable(MemoryAccounts):
    """Accounts that cannot be looked up."""

    def find(self, name: str) -> Account | None:
        raise OSError("the directory service does not answer")


def test_a_password_that_could_not_be_judged_is_not_handed_down() -> None:
    seen: list[Secret | None] = []

    def store(call: ModuleCall[Options]) -> ReturnCode:
        if not call.preliminary:
            seen.append(call.token(Item.AUTHTOK))
        return ReturnCode.IGNORE

    with Script(hidden(_NEW, _GOOD)) as script:
        trial = Trial(
            "password required pam_pwquality.so gecoscheck=1\npassword required pam_store.so\n",
            pam_pwquality,
            module("store", chauthtok=store),
            world=_world().changed(accounts=_Unreachable(_USERS)),
            conversation=script,
        )
        assert trial.chauthtok() == ReturnCode.SERVICE_ERR
    assert seen == [None]
