"""Whether SELinux is on, and whether it enforces."""

from __future__ import annotations

import pytest

from pamkit.module.world import World
from pamkit.selinux.standing import Standing, standing
from pamkit.testing.world import memory_world

_CONFIG, _MOUNTS = "/etc/selinux/config", "/proc/self/mounts"
_ENFORCE = "/sys/fs/selinux/enforce"
_ON = {
    _CONFIG: "SELINUXTYPE=targeted\n",
    _MOUNTS: "selinuxfs /sys/fs/selinux selinuxfs rw 0 0\n",
    _ENFORCE: "1",
}
_OFF = Standing(None, is_enforcing=False)
_DENIED = PermissionError(13, "Permission denied")


def _world(**files: bytes | str | OSError | None) -> World:
    places = {"config": _CONFIG, "mounts": _MOUNTS, "enforce": _ENFORCE}
    laid = {**_ON, **{places.get(name, name): content for name, content in files.items()}}
    return memory_world(
        files={path: content for path, content in laid.items() if content is not None},
    )


def test_a_kernel_that_says_so_enforces() -> None:
    assert Standing("/sys/fs/selinux", is_enforcing=True) == standing(_world().files)
    assert standing(_world(enforce="1\n").files).is_enforcing


@pytest.mark.parametrize("enforce", ["0", "", "2", "yes", "11"])
def test_a_kernel_that_does_not_say_so_does_not(enforce: str) -> None:
    assert Standing("/sys/fs/selinux", is_enforcing=False) == standing(
        _world(enforce=enforce).files
    )


@pytest.mark.parametrize(
    "changed",
    [
        {"config": None},
        {"mounts": None},
        {"mounts": "x /sys/fs/selinux tmpfs rw 0 0\n"},
        {"mounts": "selinuxfs /sys/fs/selinux selinuxfs ro 0 0\n"},
        {"mounts": f"{_ON[_MOUNTS]}tmpfs /sys/fs/selinux tmpfs rw 0 0\n"},
        {"mounts": _DENIED},
        {"enforce": None},
        {"enforce": _DENIED},
    ],
)
def test_what_cannot_be_told_counts_as_off(changed: dict[str, str | OSError | None]) -> None:
    assert standing(_world(**changed).files) == _OFF


def test_selinuxfs_is_found_elsewhere_too() -> None:
    mounts = "s /odd selinuxfs rw 0 0\n"
    files = {_CONFIG: "", _MOUNTS: mounts, "/odd/enforce": "1"}
    assert Standing("/odd", is_enforcing=True) == standing(memory_world(files=files).files)
