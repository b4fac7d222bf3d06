"""pam_motd: the message of the day, and the programs that make it."""

from __future__ import annotations

import pytest

from pamkit.module.program import Finished
from pamkit.module.world import Account, FileStatus, World
from pamkit.modules import pam_motd
from pamkit.testing.accounts import MemoryAccounts, account
from pamkit.testing.files import Dropped, MemoryFiles
from pamkit.testing.log import MemoryLog
from pamkit.testing.outside import StandInOutside
from pamkit.testing.policies import Trial
from pamkit.testing.process import StandInProcess
from pamkit.testing.script import Script, info, visible
from pamkit.testing.world import memory_world
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.flags import Flag

_C = ReturnCode
_DENIED = PermissionError(13, "Permission denied")
_PROGRAM: dict[str, bytes | str | OSError] = {"/etc/update-motd.d/10-uname": "#!/bin/sh\nuname\n"}


def _world(
    files: dict[str, bytes | str | OSError], *, uid: int = 0, euid: int | None = None
) -> World:
    return memory_world(
        users=[account("root", 0), account("alice")],
        files=files,
        process=StandInProcess(uid=uid, euid=euid),
    )


def _trial(
    world: World,
    options: str = "",
    *texts: str,
    user: str | None = "alice",
    ends: Finished | OSError | None = None,
) -> Trial:
    outside = StandInOutside()
    if ends is not None:
        outside.results.append(ends)
    # Every answer of the module is the verdict.
    policy = f"session [default=ok] pam_motd.so {options}\n"
    script = Script(*(info(text) for text in texts))
    return Trial(policy, pam_motd, world=world, user=user, conversation=script, outside=outside)


def _shown(world: World, options: str = "", *texts: str, **more: Finished | OSError) -> None:
    """Open a session, in which these messages are shown."""
    trial = _trial(world, options, *texts, **more)  # type: ignore[arg-type]  # only `ends`
    assert trial.open_session() == _C.IGNORE
    assert isinstance(trial.conversation, Script)
    trial.conversation.assert_used_up()
    assert trial.handle.env == {"MOTD_SHOWN": "pam"}


def _log(world: World) -> list[str]:
    assert isinstance(world.log, MemoryLog)
    return [line.removeprefix("pam_motd(test:session): ") for line in world.log.texts]


def _files(world: World) -> MemoryFiles:
    assert isinstance(world.files, MemoryFiles)
    return world.files


def test_the_file_is_shown_without_its_last_newline() -> None:
    _shown(_world({"/etc/motd": "one\n\n"}), "", "one\n")
    _shown(_world({"/etc/motd": "one"}), "", "one")
    _shown(_world({"/etc/motd": "\n"}), "", "")
    _shown(_world({"/etc/motd": b"\xff\0x"}), "", "\udcff")


def test_the_first_file_that_can_be_read_is_shown() -> None:
    files: dict[str, bytes | str | OSError] = {"/run/motd": "two", "/usr/lib/motd": "three"}
    _shown(_world(files), "", "two")
    _shown(_world({"/etc/motd": _DENIED, **files}), "", "two")
    _shown(_world({"/etc/motd": "", **files}), "")


def test_nothing_is_shown_where_there_is_nothing() -> None:
    world = _world({})
    _shown(world)
    assert _log(world) == []


def test_files_in_directories_are_shown_by_name_and_hide_others() -> None:
    world = _world(
        {
            "/etc/motd": "first",
            "/usr/lib/motd.d/20": "lib 20",
            "/run/motd.d/20": "run 20",
            "/usr/lib/motd.d/10": "lib 10",
            "/etc/motd.d/30": "etc 30",
            "/usr/lib/motd.d/40": "lib 40",
            "/etc/motd.d/40": b"",
        }
    )
    _files(world).statuses["/etc/motd.d/40"] = FileStatus("character")  # a link to /dev/null
    _shown(world, "", "first", "lib 10", "run 20", "etc 30")


def test_only_files_and_links_in_directories_are_shown() -> None:
    world = _world({f"/etc/motd.d/{kind}": kind for kind in ("file", "fifo", "directory")})
    for kind in ("fifo", "directory"):
        _files(world).statuses[f"/etc/motd.d/{kind}"] = FileStatus(kind)
    _shown(world, "", "file")


def test_a_directory_in_a_file_s_place_hides_it() -> None:
    world = _world({"/etc/motd.d/10/x": "x", "/run/motd.d/10": "hidden", "/run/motd.d/20": "20"})
    _shown(world, "", "20")


def test_a_file_that_is_too_long_is_not_shown_and_hides() -> None:
    _shown(_world({"/etc/motd": b"x" * 65537, "/run/motd": "hidden"}))
    _shown(_world({"/etc/motd": b"x" * 65536}), "", "x" * 65536)


@pytest.mark.parametrize(("kind", "texts"), [("fifo", []), ("socket", ["next"]), ("directory", [])])
def test_what_is_no_file_is_not_shown(kind: str, texts: list[str]) -> None:
    world = _world({"/etc/motd": "x", "/run/motd": "next"})
    _files(world).statuses["/etc/motd"] = FileStatus(kind)
    _shown(world, "", *texts)


def test_other_lists_take_the_place_of_both() -> None:
    world = _world(
        {"/etc/motd": "no", "/etc/motd.d/1": "no", "/srv/motd": "file", "/srv/d/1": "in d"}
    )
    _shown(world, "motd=/nowhere:/srv/motd", "file")
    _shown(world, "motd_dir=/srv/d", "in d")
    _shown(world, "motd=/srv/motd motd_dir=/srv/d", "file", "in d")
    assert _log(world) == []


def test_an_empty_path_is_none() -> None:
    world = _world({"/etc/motd": "no", "/srv/d/1": "in d", "/1": "no"})
    _shown(world, "motd=: motd_dir=/srv/d::", "in d")
    _shown(world, "motd_dir=:")
    assert _log(world) == []


def test_a_directory_that_is_named_and_missing_is_logged() -> None:
    world = _world({})
    _shown(world, "motd_dir=/srv/d:relative")
    places = ("/srv/d", "relative")
    assert _log(world) == [f"error scanning directory {name}: no such file" for name in places]


def test_a_directory_that_cannot_be_read_is_logged_always() -> None:
    class Closed(MemoryFiles):
        def names(self, path: str) -> tuple[str, ...]:
            raise _DENIED

    world = _world({}).changed(files=Closed({"/etc/motd": "one"}))
    _shown(world, "", "one")
    places = ("/etc/motd.d", "/run/motd.d", "/usr/lib/motd.d")
    assert _log(world) == [f"error scanning directory {name}: Permission denied" for name in places]


def test_odd_words_are_logged_in_order() -> None:
    world = _world({"/etc/motd": "one", "/srv/motd": "two"})
    _shown(world, "x motd= noupdate motd_dir= y=1", "one")
    _shown(world, "motd=/srv/motd motd=", "two")
    assert _log(world) == [
        "unknown option: x",
        "motd= specification missing argument - ignored",
        "motd_dir= specification missing argument - ignored",
        "unknown option: y=1",
        "motd= specification missing argument - ignored",
    ]


def test_an_application_that_wants_silence_gets_it() -> None:
    world = _world({"/etc/motd": "one", **_PROGRAM})
    trial = _trial(world, "nonsense")
    assert trial.open_session(Flag.SILENT) == _C.IGNORE
    assert trial.handle.env == {}
    assert _log(world) == []


def test_nothing_happens_when_the_session_is_closed() -> None:
    trial = _trial(_world({"/etc/motd": "one", **_PROGRAM}), "nonsense")
    assert trial.close_session() == _C.IGNORE
    assert trial.handle.env == {}


def test_files_are_read_as_the_user() -> None:
    world = _world({"/etc/motd": "one", "/etc/motd.d/1": "two"})
    _shown(world, "", "one", "two")
    assert _files(world).read_by == [("/etc/motd", "alice"), ("/etc/motd.d/1", "alice")]
    assert _files(world).acting_as == ""


def test_nobody_s_rights_are_taken_to_read_what_is_open_to_all() -> None:
    world = _world({"/run/motd": "one", "/usr/lib/motd": "hidden"})
    _files(world).open_to_all = {"/run/motd"}
    _shown(world, "", "one")
    assert _files(world).read_by == [("/run/motd", "")]


@pytest.mark.parametrize("other", ["/etc/motd", "/usr/lib/motd.d/1"])
def test_what_is_open_to_all_is_read_as_the_user_beside_what_is_not(other: str) -> None:
    world = _world({"/run/motd": "one", other: "two"})
    _files(world).open_to_all = {"/run/motd"}
    _shown(world, "", *(("two",) if other == "/etc/motd" else ("one", "two")))
    assert {name for _, name in _files(world).read_by} == {"alice"}


def test_who_is_not_root_reads_with_the_rights_there_are() -> None:
    world = _world({"/etc/motd": "one"}, uid=1001)
    _shown(world, "", "one")
    assert _files(world).read_by == [("/etc/motd", "")]


class _Stuck(MemoryFiles):
    def drop_to(self, account: Account) -> Dropped:
        raise PermissionError(1, "Operation not permitted")


def test_nothing_is_shown_to_nobody() -> None:
    for world, user in (
        (_world({"/etc/motd": "one"}), "eve"),
        (_world({}).changed(files=_Stuck({"/etc/motd": "one"})), "alice"),
    ):
        trial = _trial(world, user=user)
        assert trial.open_session() == _C.SESSION_ERR
        assert trial.handle.env == {}
        assert _log(world) == ["Unable to drop privileges"]
        assert _files(world).read_by == []


def test_without_a_name_or_accounts_nothing_is_shown() -> None:
    world = _world({"/etc/motd": "one"})
    trial = _trial(world, user=None)
    trial.conversation = Script(visible("login:", None))
    assert trial.open_session() == _C.SESSION_ERR
    assert isinstance(world.accounts, MemoryAccounts)
    world.accounts.failing = True
    assert _trial(world).open_session() == _C.SESSION_ERR
    assert _log(world) == ["Unable to drop privileges"] * 2


# --- programs -----------------------------------------------------------------------------------

_DYNAMIC = "/run/motd.dynamic"


def test_what_the_programs_print_is_kept_and_shown() -> None:
    world = _world({_DYNAMIC: "old", **_PROGRAM})
    _shown(world, f"motd={_DYNAMIC}", "new", ends=Finished(0, b"new\n"))
    assert _files(world).files[_DYNAMIC] == b"new\n"
    assert _files(world).replaced == {_DYNAMIC: 0o644}


def test_cve_2011_3628_programs_run_with_nothing_that_a_user_chose() -> None:
    trial = _trial(_world(_PROGRAM), "", ends=Finished(0))
    trial.handle.putenv("PATH=/home/alice/bin")
    trial.open_session()
    assert isinstance(trial.outside, StandInOutside)
    (run,) = trial.outside.ran
    assert run.environment == ()
    shell, flag, command = run.argv
    assert (shell, flag) == ("/bin/sh", "-c")
    assert "/usr/bin/env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:" in command
    assert command.endswith(" run-parts --lsbsysinit /etc/update-motd.d")
    assert "alice" not in command


@pytest.mark.parametrize("options", ["noupdate", f"noupdate motd={_DYNAMIC}"])
def test_with_noupdate_no_program_is_run(options: str) -> None:
    trial = _trial(_world(_PROGRAM), options)
    trial.open_session()
    assert isinstance(trial.outside, StandInOutside)
    assert trial.outside.ran == []


def test_without_the_directory_no_program_is_run() -> None:
    for files in ({}, {"/etc/update-motd.d": "a file"}):
        trial = _trial(_world(dict(files)))
        assert trial.open_session() == _C.IGNORE
        assert isinstance(trial.outside, StandInOutside)
        assert trial.outside.ran == []


@pytest.mark.parametrize(
    ("ends", "line"),
    [
        (Finished(1, b"half"), "run-parts failed: 1"),
        (Finished(-9, b"half"), "run-parts failed: -9"),
        (FileNotFoundError(2, "No such file or directory"), "No such file or directory"),
        (ChildProcessError(10, "No child processes"), "No child processes"),
    ],
)
def test_if_a_program_fails_the_old_file_stays(ends: Finished | OSError, line: str) -> None:
    world = _world({_DYNAMIC: "old\n", **_PROGRAM})
    _shown(world, f"motd={_DYNAMIC}", "old", ends=ends)
    assert _log(world) == [f"/run/motd.dynamic is not updated: {line}"]


def test_if_the_file_cannot_be_replaced_that_is_logged() -> None:
    world = _world({_DYNAMIC: _DENIED, "/etc/motd": "one", **_PROGRAM})
    _shown(world, "", "one", ends=Finished(0, b"new\n"))
    assert _log(world) == ["/run/motd.dynamic is not updated: Permission denied"]


@pytest.mark.parametrize(("uid", "euid"), [(1000, 1000), (1000, 0), (0, 1000)])
def test_only_a_process_of_root_s_own_runs_programs(uid: int, euid: int) -> None:
    world = _world({"/etc/motd": "one", **_PROGRAM}, uid=uid, euid=euid)
    _shown(world, "", "one")
    line = "only root's own processes run programs"
    assert _log(world) == [f"/run/motd.dynamic is not updated: {line}"]
