from __future__ import annotations

import os
from pathlib import Path

import pytest

from pamkit.module.world import FileStatus, Group, World
from pamkit.modules import pam_listfile
from pamkit.stores.files import DiskFiles
from pamkit.stores.root import Root
from pamkit.testing.accounts import MemoryAccounts, account
from pamkit.testing.files import MemoryFiles
from pamkit.testing.log import MemoryLog
from pamkit.testing.policies import Trial
from pamkit.testing.script import Line, Script, visible
from pamkit.testing.world import memory_world
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive
from pamkit.vocab.item import Item

_LIST = "/etc/list"
_YES, _NO, _ERROR = ReturnCode.SUCCESS, ReturnCode.AUTH_ERR, ReturnCode.SERVICE_ERR
_NO_SAY = ReturnCode.PERM_DENIED
_PRIMITIVES = [primitive for primitive in Primitive if primitive is not Primitive.SETCRED]


def _world(listed: bytes | str | OSError | None = "alice\n", **status: object) -> World:
    world = memory_world(
        users=[account("root", 0), account("alice"), account("bob", 1001, shell="")],
        groups=[Group("wheel", 10, ("alice",)), Group("alice", 1000, ())],
        files={} if listed is None else {_LIST: listed},
    )
    if status:
        assert isinstance(world.files, MemoryFiles)
        world.files.statuses[_LIST] = FileStatus(**{"kind": "file", **status})  # type: ignore[arg-type]  # fields by name
    return world


def _answer(
    options: str,
    world: World | None = None,
    *lines: Line,
    user: str | None = "alice",
    items: dict[Item, str] | None = None,
    primitive: Primitive = Primitive.AUTHENTICATE,
) -> ReturnCode:
    """Return what the module answers; without a say of its own, `_NO_SAY`."""
    control = "[default=bad success=ok ignore=ignore auth_err=die service_err=die]"
    policy = "".join(
        f"{word} {control} pam_listfile.so {options}\n"
        for word in ("auth", "account", "password", "session")
    )
    with Script(*lines) as script:
        trial = Trial(
            policy,
            pam_listfile,
            world=world or _world(),
            user=user,
            items=items or {},
            conversation=script,
        )
        return trial.call(primitive)


def _log(world: World) -> list[str]:
    assert isinstance(world.log, MemoryLog)
    return [text.partition(": ")[2] for text in world.log.texts if "found `" not in text]


@pytest.mark.parametrize("primitive", _PRIMITIVES)
@pytest.mark.parametrize(
    ("sense", "user", "expected"),
    [
        ("allow", "alice", _YES),
        ("allow", "bob", _NO),
        ("deny", "alice", _NO),
        ("deny", "bob", _YES),
    ],
)
def test_the_list_lets_in_or_keeps_out(
    primitive: Primitive, sense: str, user: str, expected: ReturnCode
) -> None:
    options = f"item=user sense={sense} file={_LIST}"
    assert _answer(options, user=user, primitive=primitive) == expected


@pytest.mark.parametrize(
    ("item", "listed", "value", "expected"),
    [
        ("tty", "tty1\n", "/dev/tty1", _YES),
        ("tty", "/dev/tty1\n", "tty1", _YES),
        ("tty", "tty1\n", "/dev/tty2", _NO),
        ("rhost", "far\n", "far", _YES),
        ("rhost", "far\n", "FAR", _NO),
        ("rhost", "/dev/far\n", "far", _NO),
        ("ruser", "eve\n", "eve", _YES),
        ("shell", "/bin/sh\n", "", _YES),
        ("shell", "/bin/bash\n", "", _NO),
        ("group", "nosuch\nwheel\n", "", _YES),
        ("group", "alice\n", "", _YES),
        ("group", "root\n", "", _NO),
    ],
)
def test_each_item_is_looked_up(item: str, listed: str, value: str, expected: ReturnCode) -> None:
    items = dict.fromkeys((Item.TTY, Item.RHOST, Item.RUSER), value) if value else {}
    options = f"item={item} sense=allow file={_LIST}"
    assert _answer(options, _world(listed), items=items) == expected


@pytest.mark.parametrize("item", ["tty", "rhost", "ruser"])
@pytest.mark.parametrize("value", [None, ""])
def test_an_item_that_is_not_set_is_in_no_list(item: str, value: str | None) -> None:
    items = {} if value is None else dict.fromkeys((Item.TTY, Item.RHOST, Item.RUSER), value)
    world = _world(None)
    assert _answer(f"item={item} sense=allow file={_LIST}", world, items=items) == _NO
    assert _answer(f"item={item} sense=deny file={_LIST}", world, items=items) == _YES


def test_an_empty_shell_is_no_name() -> None:
    options = f"item=shell sense=allow file={_LIST}"
    assert _answer(options, _world("\n\r\n\0\n"), user="bob") == _NO


@pytest.mark.parametrize(
    ("apply", "judged"),
    [("alice", True), ("bob", False), ("@wheel", True), ("@root", False), ("@nosuch", False)],
)
def test_a_list_can_be_limited_to_some(apply: str, judged: bool) -> None:
    options = f"item=tty sense=deny file={_LIST} apply={apply}"
    items = {Item.TTY: "tty1"}
    assert _answer(options, _world("tty1\n"), items=items) == (_NO if judged else _NO_SAY)


@pytest.mark.parametrize(("item", "times"), [("user", 1), ("shell", 1), ("ruser", 1), ("group", 2)])
def test_limits_on_other_items_are_nonsense(item: str, times: int) -> None:
    world = _world("x\n")
    options = f"item={item} sense=allow file={_LIST} apply=bob"
    assert _answer(options, world, items={Item.RUSER: "y"}) == _NO
    assert _log(world).count("Non-sense use for apply= parameter") == times


@pytest.mark.parametrize(
    "status",
    [
        {"mode": 0o646},
        {"mode": 0o002},
        {"kind": "link", "mode": 0o777},
        {"kind": "directory", "mode": 0o755},
        {"kind": "fifo"},
        {"kind": "character"},
    ],
)
@pytest.mark.parametrize("sense", ["allow", "deny"])
def test_a_list_that_anybody_may_have_written_lets_nobody_in(
    status: dict[str, object], sense: str
) -> None:
    world = _world("alice\n", **status)
    options = f"item=user sense={sense} file={_LIST} onerr=succeed quiet"
    assert _answer(options, world) == _NO
    assert _log(world) == [f"{_LIST} is either world writable or not a normal file"]


@pytest.mark.parametrize(
    ("onerr", "expected", "said"),
    [
        ("", _ERROR, [f"Couldn't open {_LIST}"]),
        ("onerr=fail", _ERROR, [f"Couldn't open {_LIST}"]),
        ("onerr=succeed", _YES, [f"Couldn't open {_LIST}"]),
        ("onerr=succeed quiet", _YES, []),
    ],
)
def test_a_missing_list_gets_the_answer_for_errors(
    onerr: str, expected: ReturnCode, said: list[str]
) -> None:
    world = _world(None)
    assert _answer(f"item=user sense=allow file={_LIST} {onerr}", world) == expected
    assert _log(world) == said


@pytest.mark.parametrize(
    ("onerr", "expected", "said"),
    [("onerr=fail", _ERROR, [f"Error opening {_LIST}"]), ("onerr=succeed", _YES, [])],
)
def test_a_list_that_may_not_be_read_gets_the_answer_for_errors(
    onerr: str, expected: ReturnCode, said: list[str]
) -> None:
    world = _world(PermissionError(13, "Permission denied"))
    assert _answer(f"item=user sense=allow file={_LIST} {onerr}", world) == expected
    assert _log(world) == said


@pytest.mark.parametrize("sense", ["allow", "deny"])
def test_a_list_that_ends_too_early_lets_nobody_in(sense: str) -> None:
    options = f"item=user sense={sense} file={_LIST} onerr=succeed"
    assert _answer(options, _world(OSError(5, "Input/output error"))) == _ERROR


@pytest.mark.parametrize("item", ["group", "shell"])
@pytest.mark.parametrize("sense", ["allow", "deny"])
def test_accounts_that_cannot_be_read_let_nobody_in(item: str, sense: str) -> None:
    world = _world("wheel\n/bin/sh\n")
    assert isinstance(world.accounts, MemoryAccounts)
    world.accounts.failing = True
    assert _answer(f"item={item} sense={sense} file={_LIST} onerr=succeed", world) == _ERROR


@pytest.mark.parametrize("onerr", ["onerr=fail", "onerr=succeed"])
def test_a_list_that_nobody_can_look_for_lets_nobody_in(onerr: str) -> None:
    assert _answer(f"item=user sense=deny file=etc/list {onerr}") == _ERROR


def test_an_account_without_a_shell_to_look_up_gets_the_answer_for_errors() -> None:
    world = _world()
    options = f"item=shell sense=deny file={_LIST}"
    assert _answer(options, world, user="eve") == _ERROR
    assert _answer(f"{options} onerr=succeed", world, user="eve") == _YES
    assert _log(world) == ["getpwnam(eve) failed"] * 2


def test_a_line_with_a_nul_byte_counts_only_against_the_user() -> None:
    world = _world("alice\0\n")
    assert _answer(f"item=user sense=allow file={_LIST}", world) == _NO
    assert _answer(f"item=user sense=deny file={_LIST}", world) == _NO


def test_refusals_are_logged_unless_they_should_not_be() -> None:
    world = _world()
    options = f"item=user sense=deny file={_LIST}"
    assert _answer(options, world) == _NO
    assert _answer(f"{options} quiet", world) == _NO
    assert _log(world) == ["Refused user alice for service test"]


_WHOLE = f"item=user sense=allow file={_LIST}"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (f"sense=allow file={_LIST}", ["Unknown item or item not specified"]),
        (f"item= sense=allow file={_LIST}", ["Unknown item or item not specified"]),
        (f"item=bad sense=allow file={_LIST}", ["Unknown item or item not specified"]),
        (f"{_WHOLE} item=bad", ["Unknown item or item not specified"]),
        ("item=user sense=allow", ["List filename not specified"]),
        (f"item=user file={_LIST}", ["Unknown sense or sense not specified"]),
        (f"{_WHOLE} sense=bad", ["Unknown option: sense=bad"]),
        (f"{_WHOLE} apply=", ["Invalid usage for apply= parameter"]),
        (f"{_WHOLE} apply=@", ["Invalid usage for apply= parameter"]),
        (f"{_WHOLE} one=1", ["Unknown option: one=1"]),
        (
            "sense= nonsense",
            [
                "Unknown option: sense=",
                'Bad option: "nonsense"',
                "Unknown item or item not specified",
                "List filename not specified",
                "Unknown sense or sense not specified",
            ],
        ),
    ],
)
def test_wrong_options_get_the_answer_for_errors_that_stands_before_them(
    options: str, said: list[str]
) -> None:
    world = _world()
    assert _answer(options, world) == _ERROR
    assert [text for text in _log(world) if not text.startswith("option")] == said
    assert _answer(f"onerr=succeed {options}") == _YES
    assert _answer(f"{options} onerr=bad") == _ERROR


def test_the_answer_for_errors_must_stand_before_an_unknown_word_but_not_before_a_missing_one() -> (
    None
):
    assert _answer("one=1 onerr=succeed") == _ERROR
    assert _answer("item=user onerr=succeed") == _YES
    assert _answer("onerr=bad onerr=succeed item=user") == _ERROR
    assert _answer(f"onerr=succeed onerr=bad {_WHOLE}") == _ERROR


def test_the_user_is_asked_for() -> None:
    assert _answer(_WHOLE, _world(), visible("login:", "alice"), user=None) == _YES


def test_nobody_is_let_in_if_nobody_answers() -> None:
    world = _world()
    policy = f"auth required pam_listfile.so {_WHOLE} onerr=succeed"
    assert Trial(policy, pam_listfile, world=world, user=None).authenticate() == _ERROR


def test_setcred_has_nothing_to_do() -> None:
    trial = Trial(f"auth required pam_listfile.so {_WHOLE}", pam_listfile, world=_world())
    assert [trial.authenticate(), trial.setcred()] == [_YES, _YES]


def _on_disk(tmp_path: Path) -> World:
    world = _world(None)
    return world.changed(files=DiskFiles(Root(str(tmp_path)), world.accounts))


def test_a_link_or_a_fifo_on_disk_is_no_list_and_holds_nobody_up(tmp_path: Path) -> None:
    etc = tmp_path / "etc"
    etc.mkdir()
    (etc / "real").write_text("alice\n")
    (etc / "list").symlink_to("real")
    assert _answer(f"{_WHOLE} onerr=succeed", _on_disk(tmp_path)) == _NO
    (etc / "list").unlink()
    os.mkfifo(etc / "list")
    assert _answer(f"{_WHOLE} onerr=succeed", _on_disk(tmp_path)) == _NO
    (etc / "list").unlink()
    (etc / "list").write_text("alice\n")
    assert _answer(_WHOLE, _on_disk(tmp_path)) == _YES


def test_the_list_that_is_judged_is_the_list_that_is_read(tmp_path: Path) -> None:
    world = _world("bob\n")
    looked: list[str] = []

    class Swapped(MemoryFiles):
        """Puts a list that everybody may write in the place of the one that was looked at."""

        def status(self, path: str, *, follow: bool = True) -> FileStatus:
            looked.append(path)
            self.files[_LIST] = b"alice\n"
            return super().status(path, follow=follow)

        def read_with_status(
            self, path: str, *, follow: bool = True, limit: int = 0
        ) -> tuple[FileStatus, bytes]:
            return FileStatus("file"), self.files[_LIST]  # type: ignore[return-value]  # bytes here

    files = Swapped({_LIST: "bob\n"})
    assert _answer(_WHOLE, world.changed(files=files)) == _NO
    assert looked == []
