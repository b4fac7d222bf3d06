"""Whether SELinux is on, and whether it enforces."""

from __future__ import annotations

import pytest

from pamkit.module.world import World
from pamkit.selinux.standing import (
    Standing,
    has_levels,
    is_permissive,
    place_of_selinux,
    standing,
)
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


def test_who_must_not_take_it_for_off_is_told_that_it_cannot_be_told() -> None:
    for changed in ({"mounts": _DENIED}, {"mounts": None}):
        with pytest.raises(OSError):  # noqa: PT011  # whatever the source says
            place_of_selinux(_world(**changed).files)


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, "/sys/fs/selinux"),
        ({"enforce": None}, "/sys/fs/selinux"),
        ({"config": None}, None),
        ({"mounts": ""}, None),
        ({"mounts": None, "enforce": None}, None),
    ],
)
def test_it_is_off_without_its_file_system_or_its_configuration(
    changed: dict[str, str | None], expected: str | None
) -> None:
    assert expected == place_of_selinux(_world(**changed).files)


@pytest.mark.parametrize("enforce", ["1", "", "2", "yes", "00", None, _DENIED])
def test_a_kernel_that_does_not_say_that_it_is_permissive_is_not(
    enforce: str | OSError | None,
) -> None:
    assert not is_permissive(_world(enforce=enforce).files, "/sys/fs/selinux")


def test_a_kernel_that_says_so_is_permissive() -> None:
    assert is_permissive(_world(enforce="0\n").files, "/sys/fs/selinux")


@pytest.mark.parametrize(
    ("mls", "expected"), [("1", True), ("0", False), (None, False), (_DENIED, False)]
)
def test_a_policy_has_levels_if_the_kernel_says_so(
    mls: str | OSError | None, expected: bool
) -> None:
    assert has_levels(_world(**{"/fs/mls": mls}).files, "/fs") is expected
    assert not has_levels(_world().files, None)
