import pytest

from pamkit.module.call import ModuleCall
from pamkit.module.options import Options
from pamkit.module.world import Account, World
from pamkit.modules import pam_cracklib, pam_permit
from pamkit.testing.accounts import MemoryAccounts, account
from pamkit.testing.log import MemoryLog
from pamkit.testing.policies import Trial
from pamkit.testing.process import StandInProcess
from pamkit.testing.script import Line, Script, error, hidden
from pamkit.testing.world import memory_world
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.flags import Flag
from pamkit.vocab.item import Item
from pamkit.vocab.priority import Priority
from pamkit.vocab.secret import Secret
from tests.formats.packed_words import packed
from tests.hooks import module

_GOOD = "kX7-qp2_Wz"
_NEW, _AGAIN = "New password: ", "Retype new password: "
_TYPED_TWICE = (hidden(_NEW, _GOOD), hidden(_AGAIN, _GOOD))
_WORD = error("BAD PASSWORD: it is based on a dictionary word")
_SIMPLE = error("BAD PASSWORD: is too simple")
_NO_MATCH = error("Sorry, passwords do not match.")
_ABORTED = error("Password change has been aborted.")


def _world(uid: int = 1000, place: str = "/usr/share/cracklib/pw_dict") -> World:
    index, words = packed([b"wonderland"])
    return memory_world(
        users=[account("root", 0), account("alice", 1000, gecos="Alice Smith")],
        files={f"{place}.pwi": index, f"{place}.pwd": words},
        process=StandInProcess(uid=uid),
    )


def _change(
    *lines: Line, options: str = "", world: World | None = None, old: str = "", flags: int = 0
) -> tuple[ReturnCode, Trial]:
    def bring_old(call: ModuleCall[Options]) -> ReturnCode:
        if old:
            call.set_token(Item.OLDAUTHTOK, Secret(old))
        return ReturnCode.IGNORE

    with Script(*lines) as script:
        trial = Trial(
            f"password required pam_old.so\npassword requisite pam_cracklib.so {options}\n"
            "password required pam_permit.so\n",
            module("old", chauthtok=bring_old),
            pam_cracklib,
            pam_permit,
            world=world or _world(),
            conversation=script,
        )
        return trial.chauthtok(flags), trial


def _log(trial: Trial) -> list[tuple[int, str]]:
    assert isinstance(trial.world.log, MemoryLog)
    return [(priority, text.partition(": ")[2]) for priority, text in trial.world.log.lines]


def test_a_good_password_is_typed_twice() -> None:
    assert _change(*_TYPED_TWICE)[0] == ReturnCode.SUCCESS


@pytest.mark.parametrize(
    ("typed", "remark", "options"),
    [
        ("Wonderland7!", "it is based on a dictionary word", ""),
        ("Wonderland7!", "it is based on a dictionary word", "minlen=99"),
        ("kX7qp2", "is too simple", "minlen=12"),
        ("9smith-7Q", "contains the user name in some form", "gecoscheck"),
        ("9alice-7Q", "contains the user name in some form", "reject_username"),
        (_GOOD, "error loading dictionary", "dictpath=/nowhere"),
    ],
)
def test_a_bad_password_is_named_and_refused(typed: str, remark: str, options: str) -> None:
    code, _ = _change(hidden(_NEW, typed), error(f"BAD PASSWORD: {remark}"), options=options)
    assert code == ReturnCode.AUTHTOK_ERR


def test_the_old_password_is_no_new_one() -> None:
    lines = (hidden(_NEW, _GOOD), error("The password has not been changed."))
    assert _change(*lines, old=_GOOD)[0] == ReturnCode.AUTHTOK_ERR
    lines = (hidden(_NEW, _GOOD), error("BAD PASSWORD: is too similar to the old one"))
    assert _change(*lines, old="kX7-qp2_W9")[0] == ReturnCode.AUTHTOK_ERR


def test_another_one_may_be_typed_so_often_as_the_policy_says() -> None:
    bad = (hidden(_NEW, "Wonderland7!"), _WORD)
    assert _change(*bad, *_TYPED_TWICE, options="retry=2")[0] == ReturnCode.SUCCESS
    assert _change(*bad, *bad, options="retry=2")[0] == ReturnCode.MAXTRIES


def test_after_one_attempt_the_answer_is_its_fault() -> None:
    slip = (hidden(_NEW, _GOOD), hidden(_AGAIN, "x"), _NO_MATCH)
    assert _change(*slip)[0] == ReturnCode.TRY_AGAIN
    code, trial = _change(options="use_authtok")
    assert code == ReturnCode.AUTHTOK_ERR
    told = "pam_get_authtok_noverify returned error: Authentication token manipulation error"
    assert _log(trial) == [(Priority.ERR, told)]
    assert _change(hidden(_NEW, None), _ABORTED)[0] == ReturnCode.AUTHTOK_ERR


def test_root_hears_of_everything_and_may_have_it() -> None:
    lines = (hidden(_NEW, "Wonderland"), _WORD, _SIMPLE, hidden(_AGAIN, "Wonderland"))
    assert _change(*lines, world=_world(0), options="minlen=99")[0] == ReturnCode.SUCCESS


@pytest.mark.parametrize(
    ("options", "flags"), [("enforce_for_root", 0), ("", Flag.CHANGE_EXPIRED_AUTHTOK)]
)
def test_root_may_not_have_it_if_the_policy_or_the_login_says_so(options: str, flags: int) -> None:
    lines = (hidden(_NEW, "Wonderland"), _WORD)
    code, _ = _change(*lines, options=options, flags=flags, world=_world(0))
    assert code == ReturnCode.AUTHTOK_ERR


def test_numbers_are_read_so_far_as_they_are_numbers() -> None:
    options = "minlen=12x retry=-4 difok=-1 minclass=9 dcredit=-2 maxrepeat=" + "9" * 30
    read, problems = pam_cracklib.CracklibOptions.parse(options.split())
    assert problems == ()
    assert (read.minlen, read.retry, read.minclass, read.dcredit) == (12, 1, 4, -2)
    assert read.maxrepeat == 2**31 - 1


def test_what_is_no_number_leaves_the_default_in_force() -> None:
    read, problems = pam_cracklib.CracklibOptions.parse(("difok=many", "minlen="))
    assert (read.difok, read.minlen) == (5, 9)
    assert len(problems) == 2


def test_unknown_words_are_logged_and_debug_tells_what_is_wrong() -> None:
    lines = (hidden(_NEW, "Wonderland7!"), _WORD, hidden(_NEW, "kX7-qp2"), _SIMPLE)
    _, trial = _change(*lines, options="debug nonsense retry=2 minlen=15")
    said = [line for line in _log(trial) if "option `" not in line[1]]
    assert said == [
        *[(Priority.ERR, "pam_parse: unknown option; nonsense")] * 2,
        (Priority.DEBUG, "bad password: it is based on a dictionary word"),
        (Priority.NOTICE, "new passwd fails strength check: is too simple"),
    ]


def test_old_names_still_work_and_are_pointed_out() -> None:
    lines = hidden("New OLD password: ", _GOOD), hidden("Retype new OLD password: ", _GOOD)
    assert _change(*lines, options="type=OLD difignore=2")[0] == ReturnCode.SUCCESS
    _, problems = pam_cracklib.CracklibOptions.parse(("type=OLD", "difignore=2"))
    assert [problem.rule for problem in problems] == ["deprecated-option"] * 2


def test_without_a_user_name_no_password_is_good() -> None:
    lines = (hidden(_NEW, _GOOD),)
    with Script(*lines) as script:
        trial = Trial(
            "password required pam_cracklib.so debug\n",
            pam_cracklib,
            world=_world(),
            user=None,
            conversation=script,
        )
        trial.handle.conversation_failure = ReturnCode.CONV_ERR
        assert trial.chauthtok() == ReturnCode.AUTHTOK_ERR
    told = "cannot determine user name: Conversation error"
    assert _log(trial) == [(Priority.NOTICE, told)]


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
            "password required pam_cracklib.so gecoscheck\npassword required pam_store.so\n",
            pam_cracklib,
            module("store", chauthtok=store),
            world=_world().changed(
                accounts=_Unreachable([account("root", 0), account("alice", 1000)])
            ),
            conversation=script,
        )
        assert trial.chauthtok() == ReturnCode.SERVICE_ERR
    assert seen == [None]
