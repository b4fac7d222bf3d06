import pytest

from pamkit.modules import pam_echo
from pamkit.testing.log import MemoryLog
from pamkit.testing.policies import Trial
from pamkit.testing.script import Script, info
from pamkit.testing.world import memory_world
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive
from pamkit.vocab.flags import Flag
from pamkit.vocab.item import Item

_ITEMS = {Item.TTY: "tty1", Item.RUSER: "eve", Item.RHOST: "far"}


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("Hello  there", "Hello there"),
        ("%H %h %s %t %U %u", "far here test tty1 eve alice"),
        ("%% %x 100%", "% x 100%"),
        ("", ""),
        ("x" * 600, "x" * 511),
    ],
)
def test_escapes_are_filled_in(words: str, shown: str) -> None:
    with Script(info(shown)) as script:
        policy = f"account required pam_echo.so {words}"
        trial = Trial(policy, pam_echo, items=_ITEMS, conversation=script)
        assert trial.acct_mgmt() == ReturnCode.SUCCESS


def test_what_is_not_known_is_shown_as_null() -> None:
    with Script(info("(null) (null)")) as script:
        trial = Trial("auth required pam_echo.so %H %u", pam_echo, user=None, conversation=script)
        assert trial.authenticate() == ReturnCode.SUCCESS


def test_what_is_shown_is_at_most_511_bytes_longer_than_what_was_written() -> None:
    items = {Item.RHOST: "h" * 2000}
    with Script(info("h" * (2 + 511))) as script:
        trial = Trial("auth required pam_echo.so %H", pam_echo, items=items, conversation=script)
        assert trial.authenticate() == ReturnCode.SUCCESS


@pytest.mark.parametrize(
    ("content", "shown"),
    [("Be %u\n", "Be alice"), ("two\n\n", "two\n"), ("\n", ""), ("a\0b", "a")],
)
def test_a_file_is_shown_without_its_last_newline(content: str, shown: str) -> None:
    world = memory_world(files={"/etc/issue": content})
    with Script(info(shown)) as script:
        policy = "session required pam_echo.so not this file=/etc/issue"
        trial = Trial(policy, pam_echo, world=world, conversation=script)
        assert trial.open_session() == ReturnCode.SUCCESS


def _alone(arguments: str, world_files: dict[str, bytes | str | OSError], flags: int = 0) -> Trial:
    trial = Trial(
        f"auth required pam_echo.so {arguments}",
        pam_echo,
        world=memory_world(files=world_files),
        conversation=Script(),
    )
    assert trial.authenticate(flags) == ReturnCode.PERM_DENIED  # nobody had a say
    return trial


def test_silence_is_kept() -> None:
    _alone("Hello", {}, Flag.SILENT)


@pytest.mark.parametrize("content", ["", PermissionError(13, "Permission denied")])
def test_a_file_with_nothing_to_read_is_ignored(content: str | OSError) -> None:
    _alone("file=/etc/issue", {"/etc/issue": content})


def test_a_missing_file_is_logged() -> None:
    trial = _alone("file=/etc/issue", {})
    assert isinstance(trial.world.log, MemoryLog)
    assert trial.world.log.texts == [
        "pam_echo(test:auth): Cannot open /etc/issue: no such file",
    ]


def test_only_the_first_pass_of_a_password_change_speaks() -> None:
    with Script(info("Careful")) as script:
        trial = Trial("password required pam_echo.so Careful", pam_echo, conversation=script)
        assert trial.chauthtok() == ReturnCode.PERM_DENIED  # nobody had a say in the second


@pytest.mark.parametrize("primitive", [Primitive.SETCRED, Primitive.CLOSE_SESSION])
def test_it_stays_silent_elsewhere(primitive: Primitive) -> None:
    policy = "auth required pam_echo.so x\nsession required pam_echo.so x\n"
    assert Trial(policy, pam_echo, conversation=Script()).call(primitive) != ReturnCode.SUCCESS
