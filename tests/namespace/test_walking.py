"""Ways are walked from open directory to open directory, whatever users put on them meanwhile."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pamkit.engine.call import Around, Call
from pamkit.engine.delay import FailDelay
from pamkit.engine.handle import Handle
from pamkit.module.call import ModuleCall
from pamkit.module.world import World
from pamkit.namespace.options import NamespaceOptions
from pamkit.namespace.walking import Protection, open_directory, unmount
from pamkit.testing.log import MemoryLog
from pamkit.testing.mounts import MemoryDirectory, MemoryMounts, Node
from pamkit.testing.world import memory_world
from pamkit.vocab.facility import Primitive

_ROOTS, _USERS, _ALL = (0o755, 0), (0o755, 1000), (0o1777, 0)


def _call(world: World) -> ModuleCall[NamespaceOptions]:
    return Call(
        Around(Handle("test", "alice"), FailDelay(), world),
        Primitive.OPEN_SESSION,
        0,
        ("pam_namespace", (), NamespaceOptions()),
    )


def _mounts(**nodes: tuple[int, int] | str) -> MemoryMounts:
    """Return a tree: `a_b` is `/a/b`, with mode and owner, or a link."""
    mounts = MemoryMounts()
    for name, what in nodes.items():
        path = "/" + name.replace("_", "/")
        mounts.lay(path, Node(target=what) if isinstance(what, str) else Node(*what))
    return mounts


def _protection(mounts: MemoryMounts) -> Protection:
    return Protection(_call(memory_world().changed(mounts=mounts)))


def _opened(mounts: MemoryMounts, path: str, *, protect: bool = False) -> Node:
    protection = _protection(mounts) if protect else None
    with open_directory(mounts, path, protection=protection) as directory:
        assert isinstance(directory, MemoryDirectory)
        found = directory.node
    assert mounts.open == 0, "a directory was left open"
    return found


def _refused(mounts: MemoryMounts, path: str, *, protect: bool = False) -> None:
    with pytest.raises(OSError, match=r"\w"):
        _opened(mounts, path, protect=protect)
    assert mounts.open == 0, "a directory was left open"


def test_a_way_leads_to_what_lies_there() -> None:
    mounts = _mounts(a_b=_ROOTS)
    assert _opened(mounts, "/a/b") is mounts.find("/a/b")
    assert _opened(mounts, "/a/b//") is mounts.find("/a/b")
    assert _opened(mounts, "/a/./b") is mounts.find("/a/b")
    assert _opened(mounts, "/a/b/../../..") is mounts.first.root
    assert _opened(mounts, "/") is mounts.first.root


def test_what_is_no_way_leads_nowhere() -> None:
    mounts = _mounts(a_b=_ROOTS)
    for path in ("", "a", "a/b", "/a//b", "/c", "/a/b/c"):
        _refused(mounts, path)


def test_links_of_roots_are_followed() -> None:
    mounts = _mounts(a_b=_ROOTS, a_up="../a/b", a_round="/a/./up", whole="/", deep="a/b/../b")
    for path in ("/a/up", "/a/round", "/whole/a/up", "/deep", "/whole/whole/deep/"):
        assert _opened(mounts, path) is mounts.find("/a/b"), path


def test_links_in_a_ring_are_not_followed_for_ever() -> None:
    mounts = _mounts(a="/b", b="/a", c="c")
    for path in ("/a", "/c", "/a/x"):
        _refused(mounts, path)


@pytest.mark.parametrize("above", [_USERS, _ALL, (0o775, 0), (0o757, 0)])
@pytest.mark.parametrize("protect", [False, True])
def test_cve_2025_6020_no_link_is_followed_where_a_user_can_lay_one(
    above: tuple[int, int], protect: bool
) -> None:
    mounts = _mounts(etc_x=_ROOTS, u=above, u_link="/etc", u_d=_ROOTS, u_d_link="/etc")
    for path in ("/u/link", "/u/link/x", "/u/d/link", "/u/d/link/x"):
        _refused(mounts, path, protect=protect)
    assert not mounts.is_mounted("/etc")


def test_cve_2025_6020_nor_behind_a_link_of_roots() -> None:
    """C goes through a user's directories where a link of root's leads through them."""
    mounts = _mounts(etc=_ROOTS, u=_USERS, u_link="/etc", in_="/u/link", to="/u", out="/u/../etc")
    _refused(mounts, "/in_")
    _refused(mounts, "/to/link")
    assert _opened(mounts, "/out") is mounts.find("/etc")


def test_cve_2024_22365_what_is_no_directory_is_not_opened() -> None:
    mounts = _mounts(a=_ROOTS)
    for kind in ("fifo", "file"):
        mounts.lay("/a/odd", Node(kind=kind))
        for path in ("/a/odd", "/a/odd/x"):
            _refused(mounts, path)


def test_beyond_a_users_directory_all_is_mounted_over_itself() -> None:
    mounts = _mounts(tmp=_ALL, tmp_a=_ROOTS, tmp_a_b=_USERS)
    protection = _protection(mounts)
    for _ in range(2):  # the second time it is so already
        with open_directory(mounts, "/tmp/a/b", protection=protection):
            assert mounts.changes == ["protect /tmp/a", "protect /tmp/a/b"]
    assert mounts.is_mounted("/tmp/a")
    assert mounts.is_mounted("/tmp/a/b")
    assert not mounts.is_mounted("/tmp")
    protection.lift()
    assert mounts.changes[2:] == ["unmount /tmp/a/b", "unmount /tmp/a"]


def test_what_is_mounted_is_found_and_not_what_lies_below() -> None:
    mounts = _mounts(tmp=_ALL, tmp_a=_ROOTS, tmp_a_b=_USERS, inst=_ROOTS)
    protection = _protection(mounts)
    with (
        open_directory(mounts, "/tmp/a/b", protection=protection) as directory,
        open_directory(mounts, "/inst") as source,
    ):
        directory.cover(source)
    assert mounts.find("/tmp/a/b") is mounts.find("/inst")
    unmount(mounts, "/tmp/a/b")
    assert mounts.find("/tmp/a/b") is not mounts.find("/inst")


def test_what_cannot_be_protected_is_not_opened() -> None:
    mounts = _mounts(tmp=_ALL, tmp_a=_ROOTS)
    world = memory_world().changed(mounts=mounts)
    mounts.faults["cover"] = PermissionError(1, "no")
    with pytest.raises(PermissionError):
        open_directory(mounts, "/tmp/a", protection=Protection(_call(world)))
    assert mounts.open == 0
    assert isinstance(world.log, MemoryLog)
    said = "pam_namespace(test:session): Protect mount of /proc/self/fd/7 failed: no"
    assert world.log.texts == [said]


def test_lifting_goes_on_where_something_is_gone() -> None:
    mounts = _mounts(tmp=_ALL, tmp_a=_ROOTS, tmp_b=_ROOTS)
    protection = _protection(mounts)
    for path in ("/tmp/a", "/tmp/b"):
        with open_directory(mounts, path, protection=protection):
            pass
    unmount(mounts, "/tmp/b")
    protection.lift()
    assert not mounts.is_mounted("/tmp/a")


def test_only_the_last_name_is_made() -> None:
    mounts = _mounts(a=_ROOTS)
    with open_directory(mounts, "/a/new", make=0o700):
        made = mounts.find("/a/new")
        assert made is not None
        assert made.mode == 0o700
    with pytest.raises(FileNotFoundError):
        open_directory(mounts, "/a/no/new", make=0o700)
    mounts.lay("/a/link", Node(target="/a/none"))
    with pytest.raises(FileNotFoundError):
        open_directory(mounts, "/a/link", make=0o700)
    assert mounts.find("/a/none") is None
    mounts.lay("/a/file", Node(kind="file"))
    with pytest.raises(FileExistsError):
        open_directory(mounts, "/a/file", make=0o700)
    assert mounts.open == 0


# --- while somebody walks ------------------------------------------------------------------------


def _swapping(mounts: MemoryMounts, when: tuple[str, str], swap: Callable[[], object]) -> None:
    """Have a user do something just before a step is taken, once."""

    def hostile(what: str, path: str) -> None:
        if (what, path) == when:
            mounts.before = None
            swap()

    mounts.before = hostile


_STEPS = [
    (what, path)
    for path in ("/u/a", "/u/a/b", "/u/a/b/c")
    for what in ("enter", "status", "cover", "link")
]


@pytest.mark.parametrize("when", _STEPS)
@pytest.mark.parametrize("place", ["a", "b", "c"])
@pytest.mark.parametrize("what", ["link", "directory", "fifo", "nothing"])
def test_cve_2025_6020_swaps_on_the_way_lead_nowhere_else(
    when: tuple[str, str], place: str, what: str
) -> None:
    mounts = _mounts(u=_USERS, u_a=_USERS, u_a_b=_USERS, u_a_b_c=_USERS)
    roots = mounts.lay("/etc", Node(0o755))
    for name in ("b", "c"):
        roots.names[name] = Node()
    parents = {"a": "/u", "b": "/u/a", "c": "/u/a/b"}
    parent = mounts.find(parents[place])
    assert parent is not None
    swapped = {
        "link": Node(target="/etc"),
        "directory": Node(0o777, 1000),
        "fifo": Node(0o777, 1000, kind="fifo"),
    }

    def swap() -> None:
        old = parent.names.pop(place)
        parent.names["old"] = old
        if what in swapped:
            parent.names[place] = swapped[what]

    _swapping(mounts, when, swap)
    protection = _protection(mounts)
    try:
        with open_directory(mounts, "/u/a/b/c", protection=protection) as directory:
            assert isinstance(directory, MemoryDirectory)
            assert directory.node is not roots
            assert directory.node not in roots.names.values()
    except OSError:
        pass  # it may well be refused
    assert not [change for change in mounts.changes if "etc" in change]
    assert mounts.open == 0


def test_what_is_swapped_below_its_protection_is_refused() -> None:
    mounts = _mounts(u=_USERS, u_a=_ROOTS)
    parent = mounts.find("/u")
    assert parent is not None
    original = MemoryDirectory.cover

    def covering(self: MemoryDirectory, source: object) -> None:
        original(self, source)
        parent.names["a"] = Node(0o777, 1000)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(MemoryDirectory, "cover", covering)
        with pytest.raises(OSError, match="Stale"):
            open_directory(mounts, "/u/a", protection=_protection(mounts))
    assert mounts.open == 0


@given(
    st.lists(st.sampled_from(("a", "b", "..", ".", "link", "up", "")), max_size=6),
    st.booleans(),
    st.integers(0, 12),
)
def test_no_way_leads_into_roots_directory_but_by_its_name(
    names: list[str], protect: bool, swap_at: int
) -> None:
    """Whatever a user has below `/u`, and does there at any step, `/secret` is not reached."""
    mounts = _mounts(u=_USERS, u_a=_USERS, u_a_b=_ROOTS, u_a_link="/secret", u_link="a/link")
    mounts.lay("/u/up", Node(target="../secret"))
    secret = mounts.lay("/secret", Node(0o700))
    steps = 0

    def hostile(what: str, path: str) -> None:
        nonlocal steps
        steps += 1
        below = mounts.first.root.names["u"]
        if steps == swap_at:
            below.names["a"] = Node(target="/secret")

    mounts.before = hostile
    protection = _protection(mounts) if protect else None
    try:
        path = "/u/" + "/".join(names)
        with open_directory(mounts, path, protection=protection) as directory:
            assert isinstance(directory, MemoryDirectory)
            assert directory.node is not secret
    except OSError:
        pass
    mounts.before = None
    assert not mounts.is_mounted("/secret")
    assert mounts.open == 0
