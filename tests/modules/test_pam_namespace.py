"""pam_namespace: users get directories of their own, and nobody gets anybody else's."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from pamkit.module.program import Finished, Run
from pamkit.module.world import FileStatus, Group, World
from pamkit.modules import pam_namespace
from pamkit.testing.accounts import account
from pamkit.testing.files import MemoryFiles
from pamkit.testing.log import MemoryLog
from pamkit.testing.mounts import MemoryMounts, Node
from pamkit.testing.outside import StandInOutside
from pamkit.testing.policies import Trial
from pamkit.testing.process import StandInProcess
from pamkit.testing.security_contexts import MemoryContexts
from pamkit.testing.world import memory_world
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive
from pamkit.vocab.item import Item

_C = ReturnCode
_CONF, _MORE = "/etc/security/namespace.conf", "/etc/security/namespace.d"
_INIT = "/etc/security/namespace.init"
_INFO = "/proc/self/mountinfo"
_TMP = "/tmp /tmp-inst/ user root\n"
_MOUNTED = "mount /tmp-inst/alice on /tmp"


class _Elsewhere(StandInProcess):
    """A process that is in a directory, or nowhere."""

    def __init__(self, where: str | OSError) -> None:
        super().__init__()
        self._where = where

    def directory(self) -> str:
        if isinstance(self._where, OSError):
            raise self._where
        return self._where


def _world(
    conf: str | bytes | OSError | None = _TMP,
    *,
    process: StandInProcess | None = None,
    **more: str | bytes | OSError,
) -> World:
    files: dict[str, bytes | str | OSError] = {
        _INFO: b"22 1 8:1 / / rw - ext4 /dev/sda1 rw",
        **{f"{_MORE}/{name.strip('_')}.conf": data for name, data in more.items()},
    }
    if conf is not None:
        files[_CONF] = conf
    world = memory_world(
        users=[account("root", 0), account("alice"), account("bob", 1001), account("..", 1002)],
        groups=[Group("staff", 50, ())],
        files=files,
        process=process,
    )
    mounts = _mounts(world)
    mounts.lay("/tmp", Node(0o1777))
    mounts.lay("/home/alice", Node(0o700, 1000, 1000))
    return world


def _mounts(world: World) -> MemoryMounts:
    assert isinstance(world.mounts, MemoryMounts)
    return world.mounts


def _log(world: World) -> list[str]:
    assert isinstance(world.log, MemoryLog)
    return [line.partition("session): ")[2] for line in world.log.texts]


def _trial(world: World, words: str = "", **more: Any) -> Trial:
    policy = f"session required pam_namespace.so {words}\n"
    return Trial(policy, pam_namespace, world=world, **more)


def _open(world: World, words: str = "", **more: Any) -> ReturnCode:
    code = _trial(world, words, **more).call(Primitive.OPEN_SESSION)
    assert _mounts(world).open == 0, "a directory was left open"
    return code


_ENDED = Finished(0)


def _with_script(world: World, finished: Finished | OSError = _ENDED) -> StandInOutside:
    assert isinstance(world.files, MemoryFiles)
    world.files.files[_INIT] = b"#!/bin/sh\n"
    world.files.programs.add(_INIT)
    outside = StandInOutside()
    outside.results.append(finished)
    return outside


def _told(outside: StandInOutside) -> tuple[str, ...]:
    (run,) = outside.ran
    return run.argv


# --- what is mounted -----------------------------------------------------------------------------


def test_a_user_gets_an_instance_like_the_directory_itself() -> None:
    world = _world()
    mounts = _mounts(world)
    assert _open(world) == _C.SUCCESS
    assert mounts.changes == ["part", _MOUNTED]
    parent, made = mounts.find("/tmp-inst"), mounts.find("/tmp-inst/alice")
    assert parent is not None
    assert made is not None
    assert (parent.mode, parent.uid) == (0, 0)
    assert (made.mode, made.uid, made.gid) == (0o1777, 0, 0)
    assert mounts.find("/tmp") is made


def test_an_instance_belongs_to_whom_the_directory_belongs() -> None:
    world = _world("$HOME /home-inst/ user\n")
    assert _open(world) == _C.SUCCESS
    made = _mounts(world).find("/home-inst/alice")
    assert made is not None
    assert (made.mode, made.uid, made.gid) == (0o700, 1000, 1000)


def test_an_exempt_user_sees_what_all_see() -> None:
    for conf in ("/tmp /tmp-inst/ user alice\n", "/tmp /tmp-inst/ user ~bob,root\n", ""):
        world = _world(conf)
        assert _open(world) == _C.SUCCESS
        assert _mounts(world).changes == []


def test_with_a_tilde_only_they_get_instances() -> None:
    world = _world("/tmp /tmp-inst/ user ~alice,nobody-here\n")
    assert _open(world) == _C.SUCCESS
    assert _mounts(world).changes == ["part", _MOUNTED]
    assert "Unknown user nobody-here in configuration" in _log(world)


def test_a_tmpfs_is_mounted_with_its_options() -> None:
    world = _world("/tmp tmpfs tmpfs:mntopts=size=1m,nosuid,noexec,mode=0700\n")
    assert _open(world) == _C.SUCCESS
    assert _mounts(world).changes == ["part", "tmpfs on /tmp: 10 size=1m,mode=0700"]


def test_a_temporary_instance_has_a_name_nobody_can_foresee_and_goes_with_the_session() -> None:
    world = _world("/tmp /tmp-inst/x- tmpdir\n")
    trial = _trial(world, "unmount_on_close")
    assert trial.call(Primitive.OPEN_SESSION) == _C.SUCCESS
    parent = _mounts(world).find("/tmp-inst")
    assert parent is not None
    ((name, made),) = parent.names.items()
    assert name.startswith("x-")
    assert len(name) == 8
    assert "X" not in name
    assert made.mode == 0o1777
    assert trial.call(Primitive.CLOSE_SESSION) == _C.SUCCESS
    assert parent.names == {}
    assert not _mounts(world).is_mounted("/tmp")


def test_a_failure_leaves_no_temporary_instance() -> None:
    world = _world("/tmp /tmp-inst/x- tmpdir\n/nowhere /tmp-inst/ user\n")
    assert _open(world) == _C.SESSION_ERR
    parent = _mounts(world).find("/tmp-inst")
    assert parent is not None
    assert parent.names == {}


def test_names_in_plenty_are_tried_for_a_temporary_instance() -> None:
    world = _world("/tmp /tmp-inst/x- tmpdir\n")
    _mounts(world).faults["make"] = FileExistsError(17, "File exists")
    _mounts(world).lay("/tmp-inst", Node(0))
    assert _open(world) == _C.SESSION_ERR
    assert "Error creating temporary instance dir /tmp-inst/x-XXXXXX, File exists" in _log(world)


def test_a_missing_directory_is_made_if_that_is_wanted() -> None:
    how = {
        "create": (0o777, 1000, 1000),
        "create=0700": (0o700, 1000, 1000),
        "create=,bob": (0o777, 1001, 1001),
        "create=01770,bob,staff": (0o1770, 1001, 50),
        "create=,,staff": (0o777, 1000, 50),
    }
    found = {}
    for flag in how:
        world = _world(f"/var/new /tmp-inst/ user:{flag}\n")
        _mounts(world).lay("/var")
        assert _open(world) == _C.SUCCESS
        made = _mounts(world).first.root.names["var"].names["new"]
        found[flag] = (made.mode, made.uid, made.gid)
    assert found == how


def test_what_could_not_be_made_as_wanted_is_removed_again() -> None:
    for step, said in {
        "set_mode": "Error changing mode of directory /var/new: no",
        "set_owner": "Unable to change owner on directory /var/new: no",
    }.items():
        world = _world("/var/new /tmp-inst/ user:create=0700\n")
        _mounts(world).lay("/var")
        _mounts(world).faults[step] = PermissionError(1, "no")
        assert _open(world) == _C.SESSION_ERR
        assert said in _log(world)
        assert _mounts(world).find("/var/new") is None


def _appearing(world: World, path: str, node: Node) -> None:
    """Have a user put something at a path as soon as a directory was made there."""

    def hostile(what: str, at: str) -> None:
        made = _mounts(world).find(path)
        if (what, at) == ("enter", path) and made is not None:
            _mounts(world).before = None
            _mounts(world).lay(path, node)

    _mounts(world).before = hostile


def _roots(**names: Node) -> Node:
    node = Node(0o700)
    node.names.update(names)
    return node


@pytest.mark.parametrize("is_there", [False, True])
def test_a_directory_of_roots_in_the_place_of_one_that_was_made_is_given_to_nobody(
    is_there: bool,
) -> None:
    """Who owns `/tmp/a` can rename what root has in it, once root has seen nothing there."""
    world = _world("/tmp/a/new /tmp-inst/ user:create=0777\n")
    _mounts(world).lay("/tmp/a", Node(0o700, 1000, 1000))
    roots = _roots(secret=Node())
    if is_there:
        looks = 0

        def hostile(what: str, at: str) -> None:
            nonlocal looks
            looks += (what, at) == ("enter", "/tmp/a/new")
            if looks == 2:
                _mounts(world).lay("/tmp/a/new", roots)

        _mounts(world).before = hostile
    else:
        _appearing(world, "/tmp/a/new", roots)
    assert _open(world) == _C.SESSION_ERR
    assert "Error creating directory /tmp/a/new: Directory not empty" in _log(world)
    assert (roots.mode, roots.uid, [*roots.names]) == (0o700, 0, ["secret"])
    assert not _mounts(world).is_mounted("/tmp/a/new")


def test_an_instance_in_the_place_of_which_root_s_is_put_is_not_fitted_out() -> None:
    world = _world("$HOME /tmp/inst/ user\n")
    _mounts(world).lay("/tmp/inst", Node(0o700, 1000, 1000))
    roots = _roots(secret=Node())
    _appearing(world, "/tmp/inst/alice", roots)
    assert _open(world, "ignore_instance_parent_mode") == _C.SESSION_ERR
    assert (roots.mode, roots.uid, [*roots.names]) == (0o700, 0, ["secret"])


def test_two_sessions_of_a_user_may_make_the_same_directory() -> None:
    world = _world("/var/new /tmp-inst/ user:create=0700\n")
    _mounts(world).lay("/var")
    faster = Node(0o700, 1000, 1000)
    faster.names["file"] = Node()
    _appearing(world, "/var/new", faster)
    assert _open(world) == _C.SUCCESS
    assert (faster.mode, faster.uid, [*faster.names]) == (0o700, 1000, ["file"])


@pytest.mark.parametrize("mode", [0o400, 0])
def test_an_instance_that_somebody_was_killed_over_is_finished(mode: int) -> None:
    world = _world()
    half = _mounts(world).lay("/tmp-inst/alice", Node(mode))
    parent = _mounts(world).find("/tmp-inst")
    assert parent is not None
    parent.mode = 0
    outside = _with_script(world)
    assert _open(world, outside=outside) == _C.SUCCESS
    assert (half.mode, half.uid) == (0o1777, 0)
    assert _told(outside)[3] == "1"


def test_an_instance_that_is_finished_stays_as_it_is() -> None:
    for mode, uid, names in ((0o400, 0, ["file"]), (0o400, 1000, []), (0o700, 0, [])):
        world = _world()
        done = _mounts(world).lay("/tmp-inst/alice", Node(mode, uid))
        done.names.update({name: Node() for name in names})
        parent = _mounts(world).find("/tmp-inst")
        assert parent is not None
        parent.mode = 0
        outside = _with_script(world)
        assert _open(world, outside=outside) == _C.SUCCESS
        assert (done.mode, done.uid, _told(outside)[3]) == (mode, uid, "0")


def test_a_missing_directory_is_refused_otherwise() -> None:
    world = _world("/var/new /tmp-inst/ user\n")
    assert _open(world) == _C.SESSION_ERR
    assert _log(world) == ["Polydir /var/new access error: No such file or directory"]


# --- names ---------------------------------------------------------------------------------------


def test_long_names_end_in_a_hash() -> None:
    for user, options, name in (
        ("u" * 80, "", "u" * 80),
        ("u" * 81, "", "u" * 47 + "_" + hashlib.md5(b"u" * 81).hexdigest()),  # noqa: S324  # C's
        ("alice", "gen_hash", hashlib.md5(b"alice").hexdigest()),  # noqa: S324  # C's
    ):
        world = _world()
        world = world.changed(
            accounts=memory_world(users=[account(user), account("root", 0)]).accounts
        )
        assert _open(world, options, user=user) == _C.SUCCESS
        parent = _mounts(world).find("/tmp-inst")
        assert parent is not None
        assert [*parent.names] == [name]


def test_no_user_name_leads_out_of_where_instances_lie() -> None:
    for name in ("..", ".", "a/b", "/etc"):
        world = _world()
        world = world.changed(
            accounts=memory_world(users=[account(name), account("root", 0)]).accounts
        )
        assert _open(world, user=name) == _C.SESSION_ERR
        assert _log(world) == ["Error getting instance name"]
        assert _mounts(world).changes == ["part"]


# --- who may not be trusted ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("node", "wanted"),
    [
        (Node(0), _C.SUCCESS),
        (Node(0, gid=50), _C.SUCCESS),
        (Node(0, 1000), _C.SESSION_ERR),
        (Node(0o700), _C.SESSION_ERR),
        (Node(0o001), _C.SESSION_ERR),
    ],
)
def test_instances_lie_where_nobody_may_enter(node: Node, wanted: ReturnCode) -> None:
    world = _world()
    _mounts(world).lay("/tmp-inst", node)
    assert _open(world) == wanted
    if wanted != _C.SUCCESS:
        assert _log(world) == ["Mode of inst parent not 000 or owner not root"]
        assert node.names == {}
    assert _open(_world(), "ignore_instance_parent_mode") == _C.SUCCESS


def test_an_instance_that_is_a_link_is_not_mounted() -> None:
    world = _world()
    _mounts(world).lay("/tmp-inst", Node(0)).names["alice"] = Node(target="/etc")
    _mounts(world).lay("/etc")
    assert _open(world) == _C.SESSION_ERR
    assert _mounts(world).changes == ["part"]


def test_an_instance_that_cannot_be_fitted_out_is_removed() -> None:
    for step, what in {
        "set_owner": "changing owner for",
        "set_mode": "changing mode for",
        "enter /tmp-inst/alice": "opening",
        "status /tmp-inst/alice": "stating",
    }.items():
        world = _world("$HOME /tmp-inst/ user\n")
        _mounts(world).faults[step] = PermissionError(1, "no")
        assert _open(world) == _C.SESSION_ERR
        assert f"Error {what} /tmp-inst/alice, no" in _log(world)
        assert _mounts(world).find("/tmp-inst/alice") is None


def test_every_step_that_fails_refuses() -> None:
    for step in (
        *("part", "root", "cover", "make /tmp-inst", "make /tmp-inst/alice", "status /tmp"),
        *("enter /tmp", "enter /tmp-inst", "status /tmp-inst"),
    ):
        world = _world()
        _mounts(world).faults[step] = PermissionError(1, "no")
        assert _open(world) == _C.SESSION_ERR, step
        assert _log(world), step
    world = _world("/tmp x tmpfs\n")
    _mounts(world).faults["cover_with_memory"] = PermissionError(1, "no")
    assert _open(world) == _C.SESSION_ERR


# --- other processes -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("info", "words", "private"),
    [
        (b"22 1 8:1 / / rw - ext4 /dev/sda1 rw", "", False),
        (b"22 1 8:1 / / rw - ext4 /dev/sda1 rw", "mount_private", True),
        (b"22 1 8:1 / / rw shared:1 - ext4 /dev/sda1 rw", "", True),
        (PermissionError(13, "no"), "", True),
    ],
)
def test_other_processes_do_not_see_what_is_mounted(
    info: bytes | OSError, words: str, private: bool
) -> None:
    world = _world()
    assert isinstance(world.files, MemoryFiles)
    world.files.files[_INFO] = info
    assert _open(world, words) == _C.SUCCESS
    assert ("keep to ourselves" in _mounts(world).changes) is private


def test_a_kernel_without_namespaces_refuses_and_mounts_nothing() -> None:
    world = _world()
    _mounts(world).faults["part"] = OSError(38, "Function not implemented")
    assert _open(world) == _C.SESSION_ERR
    assert _log(world) == ["Unable to unshare from parent namespace, Function not implemented"]
    assert _mounts(world).changes == []


def test_what_would_show_up_elsewhere_is_not_mounted() -> None:
    world = _world()
    _mounts(world).faults["keep_to_ourselves"] = PermissionError(1, "no")
    assert _open(world, "mount_private") == _C.SESSION_ERR
    assert _log(world) == ["Failed to mark / as a slave mount point, no"]
    assert _mounts(world).changes == ["part"]


# --- su ------------------------------------------------------------------------------------------


def _su(world: World, words: str, **more: Any) -> ReturnCode:
    first = _trial(world)
    assert first.call(Primitive.OPEN_SESSION) == _C.SUCCESS
    _mounts(world).changes.clear()
    more.setdefault("items", {Item.RUSER: "alice"})
    return _open(world, words, **more)


def test_su_takes_the_askers_instance_away_first() -> None:
    world = _world()
    assert _su(world, "unmnt_remnt", user="bob") == _C.SUCCESS
    wanted = ["part", "unmount /tmp", "mount /tmp-inst/bob on /tmp"]
    assert _mounts(world).changes == wanted
    world = _world()
    assert _su(world, "unmnt_remnt", user="root") == _C.SUCCESS
    assert _mounts(world).changes == ["part", "unmount /tmp"]


def test_it_can_be_all_that_is_done() -> None:
    world = _world()
    assert _su(world, "unmnt_remnt unmnt_only", user="bob") == _C.SUCCESS
    assert _mounts(world).changes == ["part", "unmount /tmp"]


def test_the_last_word_counts() -> None:
    world = _world()
    assert _su(world, "unmnt_only unmnt_remnt", user="bob") == _C.SUCCESS
    assert "mount /tmp-inst/bob on /tmp" in _mounts(world).changes


def test_nothing_to_take_away_is_no_fault() -> None:
    world = _world()
    assert _open(world, "unmnt_remnt", items={Item.RUSER: "bob"}) == _C.SUCCESS
    assert _log(world) == ["Unmount of /tmp failed, Invalid argument"]
    assert _mounts(world).changes == ["part", _MOUNTED]


def test_what_cannot_be_taken_away_refuses() -> None:
    world = _world()
    _mounts(world).faults["uncover"] = PermissionError(1, "no")
    assert _open(world, "unmnt_remnt", items={Item.RUSER: "bob"}) == _C.SESSION_ERR


def test_the_process_leaves_what_is_taken_away() -> None:
    for where, wanted in {"/tmp/x": ["go /"], "/var": []}.items():
        world = _world(process=_Elsewhere(where))
        assert _su(world, "unmnt_only debug", user="bob") == _C.SUCCESS
        gone = [change for change in _mounts(world).changes if change.startswith("go ")]
        assert gone == wanted
    world = _world(process=_Elsewhere(FileNotFoundError(2, "gone")))
    assert _su(world, "unmnt_only", user="bob") == _C.SESSION_ERR
    world = _world(process=_Elsewhere("/tmp"))
    _mounts(world).faults["go"] = PermissionError(1, "no")
    assert _su(world, "unmnt_only", user="bob") == _C.SUCCESS
    assert "Failed fchdir to /: no" in _log(world)


# --- close ---------------------------------------------------------------------------------------


def test_closing_leaves_the_mounts_for_those_who_see_them() -> None:
    world = _world()
    trial = _trial(world)
    trial.call(Primitive.OPEN_SESSION)
    assert trial.call(Primitive.CLOSE_SESSION) == _C.SUCCESS
    assert _mounts(world).is_mounted("/tmp")


def test_closing_takes_them_away_if_that_is_wanted() -> None:
    world = _world()
    trial = _trial(world, "unmount_on_close")
    trial.call(Primitive.OPEN_SESSION)
    assert trial.call(Primitive.CLOSE_SESSION) == _C.SUCCESS
    assert not _mounts(world).is_mounted("/tmp")
    assert trial.call(Primitive.CLOSE_SESSION) == _C.SUCCESS
    assert _mounts(world).changes == ["part", _MOUNTED, "unmount /tmp"]


def test_a_session_that_cannot_be_tidied_up_is_over_all_the_same() -> None:
    world = _world()
    trial = _trial(world, "unmount_on_close debug")
    trial.call(Primitive.OPEN_SESSION)
    _mounts(world).faults["uncover"] = PermissionError(1, "no")
    assert trial.call(Primitive.CLOSE_SESSION) == _C.SUCCESS
    assert "Unmount of /tmp failed, no" in _log(world)
    assert "resetting namespace failed for pid 4321" in _log(world)


_PROTECTED = [
    *("part", "protect /tmp/a", "protect /tmp/a/b"),
    "mount /tmp-inst/alice on /tmp/a/b",
]


def _below_a_users() -> World:
    world = _world("/tmp/a/b /tmp-inst/ user\n")
    _mounts(world).lay("/tmp/a", Node(0o755, 1000))
    _mounts(world).lay("/tmp/a/b", Node(0o755, 1000))
    return world


def test_an_instance_stays_where_directories_were_protected() -> None:
    """A child that is the session may end the transaction, and see what was mounted for it."""
    for closes in (False, True):
        world = _below_a_users()
        trial = _trial(world)
        assert trial.call(Primitive.OPEN_SESSION) == _C.SUCCESS
        if closes:
            assert trial.call(Primitive.CLOSE_SESSION) == _C.SUCCESS
        trial.end(0)
        assert _mounts(world).changes == _PROTECTED


def test_a_temporary_instance_goes_even_if_the_session_cannot_be_tidied_up() -> None:
    world = _world("/tmp /tmp-inst/x- tmpdir\n$HOME /tmp-inst/ user\n")
    trial = _trial(world, "unmount_on_close")
    assert trial.call(Primitive.OPEN_SESSION) == _C.SUCCESS
    parent = _mounts(world).find("/tmp-inst")
    assert parent is not None
    assert len(parent.names) == 2
    _mounts(world).faults["uncover"] = PermissionError(1, "no")
    assert trial.call(Primitive.CLOSE_SESSION) == _C.SUCCESS
    assert "Unmount of /home/alice failed, no" in _log(world)
    assert [*parent.names] == ["alice"]


def test_one_that_was_not_mounted_keeps_no_other() -> None:
    """As when there is one for all users of a context, and no SELinux."""
    for conf in (
        "/tmp /tmp-inst/ user\n$HOME /tmp-inst/h- level:shared\n",
        "$HOME /tmp-inst/h- level:shared\n/tmp /tmp-inst/ user\n",
    ):
        world = _world(conf)
        trial = _trial(world, "unmount_on_close")
        assert trial.call(Primitive.OPEN_SESSION) == _C.SUCCESS
        assert _mounts(world).is_mounted("/tmp")
        assert trial.call(Primitive.CLOSE_SESSION) == _C.SUCCESS
        assert _log(world) == ["Unmount of /home/alice failed, Invalid argument"]
        assert not _mounts(world).is_mounted("/tmp")


def test_what_another_hides_is_taken_away_as_well() -> None:
    for conf in (
        "/tmp/below /tmp-inst/x- user\n/tmp /tmp-inst/ user\n",
        "/tmp /tmp-inst/ user\n/tmp/below /tmp-inst/x- user:create\n",
    ):
        world = _world(conf)
        common = _mounts(world).lay("/tmp/below")
        trial = _trial(world, "unmount_on_close")
        assert trial.call(Primitive.OPEN_SESSION) == _C.SUCCESS
        assert trial.call(Primitive.CLOSE_SESSION) == _C.SUCCESS
        assert _log(world) == []
        assert not _mounts(world).is_mounted("/tmp")
        assert _mounts(world).find("/tmp/below") is common


def test_what_was_protected_is_given_back_with_the_instance() -> None:
    world = _below_a_users()
    trial = _trial(world, "unmount_on_close")
    assert trial.call(Primitive.OPEN_SESSION) == _C.SUCCESS
    assert trial.call(Primitive.CLOSE_SESSION) == _C.SUCCESS
    lifted = ["unmount /tmp/a/b", "unmount /tmp/a/b", "unmount /tmp/a"]
    assert _mounts(world).changes == [*_PROTECTED, *lifted]
    assert not _mounts(world).is_mounted("/tmp/a")


def test_what_was_protected_is_given_back_when_a_session_cannot_be_opened() -> None:
    world = _below_a_users()
    _mounts(world).faults["make /tmp-inst/alice"] = PermissionError(1, "no")
    assert _open(world) == _C.SESSION_ERR
    assert not _mounts(world).is_mounted("/tmp/a")


# --- tables --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("/tmp", "Invalid line missing instance_prefix"),
        ("/tmp /x/", "Invalid line missing method"),
        ("/tmp /x/ users", "Unknown method"),
        ('"" /x/ user', "Invalid polydir"),
        ("tmp /x/ user", "Pathnames must start with '/'"),
        ("/tmp x/ user", "Pathnames must start with '/'"),
        ("/tmp/.. /x/ user", "Pathnames must not contain '..'"),
        ("/tmp /x/../y/ user", "Pathnames must not contain '..'"),
        (f"/tmp /{'x' * 4095}/ user", "Pathnames too long"),
        ("/tmp /x/ user:create=0700,nobody-here", "Invalid create parameters"),
        ("/tmp /x/ user:create=0700,bob,nobody-here", "Invalid create parameters"),
    ],
)
def test_a_wrong_line_refuses_unless_that_is_waived(line: str, said: str) -> None:
    world = _world(f"{line} # why\n")
    assert _open(world) == _C.SESSION_ERR
    assert _log(world) == [said, f"Error processing conf file {_CONF} line {line} "]
    world = _world(f"{line}\n{_TMP}")
    assert _open(world, "ignore_config_error") == _C.SUCCESS
    assert _mounts(world).changes == ["part", _MOUNTED]


def test_a_table_that_cannot_be_read_refuses() -> None:
    for conf in (None, PermissionError(13, "no"), IsADirectoryError(21, "no")):
        world = _world(conf)
        assert _open(world) == _C.SESSION_ERR
        assert _log(world) == [f"Error opening config file {_CONF}"]
        assert _mounts(world).changes == []
    world = _world(_10=PermissionError(13, "no"))
    assert _open(world) == _C.SESSION_ERR
    assert _mounts(world).changes == []


def test_tables_are_read_by_name() -> None:
    world = _world("", _20="/tmp /20/ user\n", _10="/tmp /10/ user\n")
    assert _open(world) == _C.SUCCESS
    assert _mounts(world).changes[1:] == ["mount /10/alice on /tmp", "mount /20/alice on /tmp"]


def test_the_distributions_table_stands_in() -> None:
    world = _world(None)
    assert isinstance(world.files, MemoryFiles)
    world.files.files["/usr/etc/security/namespace.conf"] = _TMP.encode()
    assert _open(world) == _C.SUCCESS
    assert _mounts(world).changes == ["part", _MOUNTED]


def test_the_asker_has_a_home_of_his_own() -> None:
    world = _world("$HOME/$USER /x/ user\n")
    assert _open(world, "debug unmnt_only", items={Item.RUSER: "bob"}) == _C.SESSION_ERR
    assert "Expanded polydir: '/home/alice/alice'" in _log(world)
    assert "Expanded ruser polydir: '/home/bob/bob'" in _log(world)


# --- who -----------------------------------------------------------------------------------------


def test_users_nobody_knows_are_refused() -> None:
    for user, asker, code, said in (
        (None, "", _C.SESSION_ERR, "Error recovering pam user name"),
        ("eve", "", _C.USER_UNKNOWN, "user unknown 'eve'"),
        ("alice", "eve", _C.USER_UNKNOWN, "user unknown 'eve'"),
    ):
        world = _world()
        assert _open(world, user=user, items={Item.RUSER: asker}) == code
        assert _log(world) == [said]
        trial = _trial(world, "unmount_on_close", user=user, items={Item.RUSER: asker})
        assert trial.call(Primitive.CLOSE_SESSION) == code
    world = _world(process=StandInProcess(uid=77))
    assert _open(world) == _C.USER_UNKNOWN
    assert _log(world) == ["user unknown '(null)'"]


# --- the script ----------------------------------------------------------------------------------


def test_the_script_is_told_what_is_new_and_what_is_safe() -> None:
    world = _world()
    outside = _with_script(world)
    assert isinstance(world.files, MemoryFiles)
    world.files.statuses["/tmp-inst"] = FileStatus("directory", 0)
    assert _open(world, outside=outside) == _C.SUCCESS
    assert _told(outside) == (_INIT, "/tmp", "/tmp-inst/alice", "1", "alice", "1", "1")
    outside = _with_script(world)
    assert _open(world, outside=outside) == _C.SUCCESS
    assert _told(outside)[3] == "0"


def test_a_way_through_what_others_can_change_is_said_to_be_unsafe() -> None:
    for status, said in (
        (FileStatus("directory", 0o755), "1"),
        (FileStatus("directory", 0o1777), "1"),
        (FileStatus("directory", 0o777), "0"),
        (FileStatus("directory", 0o775), "0"),
        (FileStatus("directory", 0o755, 1000), "0"),
        (FileStatus("link", 0o777, 1000), "0"),
        (FileStatus("file"), "0"),
        (None, "0"),
    ):
        world = _world("/var/a /tmp-inst/ user\n")
        _mounts(world).lay("/var/a")
        outside = _with_script(world)
        assert isinstance(world.files, MemoryFiles)
        if status is not None:
            world.files.statuses["/var"] = status
        assert _open(world, outside=outside) == _C.SUCCESS
        assert _told(outside)[5] == said, status


def test_cve_2010_3853_the_script_has_nothing_of_the_callers_environment() -> None:
    world = _world()
    outside = _with_script(world)
    assert _open(world, outside=outside) == _C.SUCCESS
    (run,) = outside.ran
    assert isinstance(run, Run)
    assert run.environment == ()
    assert run.as_effective_user
    assert run.stdin == b""


def test_a_script_counts_by_whether_it_lived() -> None:
    for finished, wanted in (
        (Finished(0), _C.SUCCESS),
        (Finished(3), _C.SUCCESS),
        (Finished(-9), _C.SESSION_ERR),
        (ChildProcessError(10, "no child"), _C.SESSION_ERR),
        (OSError(8, "no program"), _C.SESSION_ERR),
    ):
        world = _world()
        assert _open(world, outside=_with_script(world, finished)) == wanted


def test_a_script_that_may_not_be_run_refuses() -> None:
    world = _world()
    outside = _with_script(world)
    assert isinstance(world.files, MemoryFiles)
    world.files.programs.clear()
    assert _open(world, "debug", outside=outside) == _C.SESSION_ERR
    assert "Namespace init script not executable" in _log(world)


def test_which_script_is_run_is_stated_in_the_table() -> None:
    for flag, path in {
        "iscript=own": f"{_MORE}/own",
        "iscript=/srv/own": "/srv/own",
        "iscript": _INIT,
        "iscript=": _INIT,
    }.items():
        world = _world(f"/tmp /tmp-inst/ user:{flag}\n")
        outside = _with_script(world)
        assert isinstance(world.files, MemoryFiles)
        world.files.files[path] = b""
        world.files.programs.add(path)
        assert _open(world, outside=outside) == _C.SUCCESS
        assert _told(outside)[0] == path
    world = _world("/tmp /tmp-inst/ user:noinit\n")
    outside = _with_script(world)
    assert _open(world, outside=outside) == _C.SUCCESS
    assert outside.ran == []
    world = _world("/tmp tmpfs tmpfs\n")
    outside = _with_script(world)
    assert _open(world, outside=outside) == _C.SUCCESS
    assert _told(outside)[2:4] == ("tmpfs", "1")


# --- SELinux -------------------------------------------------------------------------------------

_OWN = "staff_u:staff_r:staff_t:s0:c1"
_DIRECTORY = "system_u:object_r:tmp_t:s0"


def _labelled(conf: str, **more: Any) -> World:
    world = _world(conf)
    assert isinstance(world.files, MemoryFiles)
    world.files.files["/proc/self/mounts"] = b"selinuxfs /sys/fs/selinux selinuxfs rw 0 0\n"
    world.files.files["/etc/selinux/config"] = b"SELINUXTYPE=targeted\n"
    world.files.files["/sys/fs/selinux/enforce"] = b"1"
    found = _mounts(world).find("/tmp")
    assert found is not None
    found.label = _DIRECTORY
    contexts = _contexts(world)
    contexts.programs = _OWN
    for name, value in more.items():
        setattr(contexts, name, value)
    return world


def _contexts(world: World) -> MemoryContexts:
    assert isinstance(world.contexts, MemoryContexts)
    return world.contexts


def _instances(world: World) -> dict[str, str | None]:
    parent = _mounts(world).find("/tmp-inst")
    return {} if parent is None else {name: node.label for name, node in parent.names.items()}


def test_without_selinux_it_can_be_refused() -> None:
    world = _world()
    assert _open(world, "require_selinux") == _C.SESSION_ERR
    assert _log(world) == ["selinux_required option given and selinux is disabled"]
    assert _open(_labelled(_TMP), "require_selinux") == _C.SUCCESS


def test_whether_there_is_selinux_has_to_be_known() -> None:
    world = _world()
    assert isinstance(world.files, MemoryFiles)
    world.files.files["/proc/self/mounts"] = PermissionError(13, "no")
    assert _open(world) == _C.SESSION_ERR
    assert _log(world) == ["cannot read /proc/self/mounts: no"]
    assert _mounts(world).changes == []


def test_without_selinux_levels_and_contexts_are_as_users() -> None:
    for method, instances in (("level", ["alice"]), ("context", ["alice"]), ("level:shared", [])):
        for words in ("", "use_current_context", "use_default_context"):
            world = _world(f"/tmp /tmp-inst/ {method}\n")
            assert _open(world, words) == _C.SUCCESS
            assert [*_instances(world)] == instances


def test_instances_are_labelled() -> None:
    level, member = "system_u:object_r:tmp_t:s0:c1", "staff_u:object_r:tmp_t:s0"
    for method, instances in {
        "user": {"alice": _DIRECTORY},
        "level": {f"{level}_alice": level},
        "level:shared": {level: level},
        "context": {f"{member}_alice": member},
        "context:shared": {member: member},
    }.items():
        world = _labelled(f"/tmp /tmp-inst/ {method}\n")
        assert _open(world) == _C.SUCCESS, method
        assert _instances(world) == instances


def test_where_the_context_comes_from() -> None:
    for words, more in (
        ("", {}),
        ("use_current_context", {"own": _OWN, "programs": None}),
        (
            "use_default_context",
            {
                "programs": None,
                "logins": {"alice": ("staff_u", "s0")},
                "lists": {"staff_u": (_OWN, "other_u:x:y:s0")},
            },
        ),
    ):
        world = _labelled("/tmp /tmp-inst/ level:shared\n", **more)
        assert _open(world, words) == _C.SUCCESS, words
        assert [*_instances(world)] == ["system_u:object_r:tmp_t:s0:c1"]


def test_without_a_context_nothing_is_mounted() -> None:
    no = OSError(22, "no")
    for words, more in (
        ("", {"programs": None}),
        ("", {"faults": {"of_programs": no}}),
        ("", {"faults": {"raw": no}}),
        ("use_current_context", {"faults": {"current": no}}),
        ("use_default_context", {}),
        ("use_default_context", {"logins": {"alice": ("staff_u", "s0")}}),
        ("", {"programs": "nonsense"}),
    ):
        world = _labelled("/tmp /tmp-inst/ level\n", **more)
        assert _open(world, words) == _C.SESSION_ERR, more
        assert _log(world)[-1] == "Error getting instance name"
        assert _instances(world) == {}
    for filename in ("security_compute_member", "string_to_security_class"):
        world = _labelled(
            "/tmp /tmp-inst/ context\n", faults={"member": OSError(22, "no", filename)}
        )
        assert _open(world) == _C.SESSION_ERR
    for step in ("label", "set_label"):
        world = _labelled("/tmp /tmp-inst/ context\n")
        _mounts(world).faults[step] = no
        assert _open(world) == _C.SESSION_ERR
        assert _instances(world) == {}


def test_the_script_does_not_run_in_the_users_context() -> None:
    world = _labelled(_TMP)
    assert _open(world, outside=_with_script(world)) == _C.SUCCESS
    assert _contexts(world).changes == ["programs None", f"programs {_OWN}"]
    world = _labelled(_TMP, faults={"set_of_programs": OSError(1, "no")})
    outside = _with_script(world)
    assert _open(world, outside=outside) == _C.SESSION_ERR
    assert outside.ran == []
