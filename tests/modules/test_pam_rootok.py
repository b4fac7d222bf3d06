"""pam_rootok: root is let through, if SELinux lets him."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from pamkit.module.world import World
from pamkit.modules import pam_rootok
from pamkit.selinux import standing
from pamkit.testing.audit import MemoryAudit
from pamkit.testing.log import MemoryLog
from pamkit.testing.policies import Trial
from pamkit.testing.process import StandInProcess
from pamkit.testing.security_contexts import MemoryContexts
from pamkit.testing.world import memory_world
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive

_POLICY = "".join(
    f"{word} required pam_rootok.so debug\n" for word in ("auth", "account", "password")
)
_PRIMITIVES = pytest.mark.parametrize(
    "primitive", [Primitive.AUTHENTICATE, Primitive.ACCT_MGMT, Primitive.CHAUTHTOK]
)
_ON = {
    "/proc/filesystems": "nodev\tsysfs\nnodev\tselinuxfs\n",
    "/proc/self/mounts": "selinuxfs /sys/fs/selinux selinuxfs rw 0 0\n",
    "/sys/fs/selinux/enforce": "1",
    "/etc/selinux/config": "SELINUXTYPE=targeted\n",
}
_BEFORE = "staff_u:staff_r:staff_t:s0"
_MAY = (_BEFORE, _BEFORE, "passwd", "rootok")
_DENIED = PermissionError(13, "Permission denied")
_DENIAL = "avc:  denied  { rootok } for  scontext=a tcontext=a tclass=passwd permissive=0"


class _Machine:
    """A machine where root asks, and SELinux enforces a policy that gives him no right."""

    def __init__(self, **files: str | OSError | None) -> None:
        places = {path.rpartition("/")[2]: path for path in _ON}
        laid = {**_ON, **{places[name]: said for name, said in files.items()}}
        self.world: World = memory_world(
            files={path: said for path, said in laid.items() if said is not None},
            process=StandInProcess(uid=0),
        )
        assert isinstance(self.world.contexts, MemoryContexts)
        self.contexts = self.world.contexts
        assert isinstance(self.world.audit, MemoryAudit)
        self.audit = self.world.audit

    def ask(self, primitive: Primitive = Primitive.AUTHENTICATE) -> int:
        return Trial(_POLICY, pam_rootok, world=self.world, user="alice").call(primitive)

    def logged(self) -> list[str]:
        assert isinstance(self.world.log, MemoryLog)
        return [line.partition(": ")[2] for line in self.world.log.texts]


@pytest.mark.parametrize(
    ("uid", "euid", "expected", "word"),
    [
        (0, 0, ReturnCode.SUCCESS, "succeeded"),
        (0, 1000, ReturnCode.SUCCESS, "succeeded"),
        (1000, 0, ReturnCode.AUTH_ERR, "failed"),
        (1000, 1000, ReturnCode.AUTH_ERR, "failed"),
    ],
)
@_PRIMITIVES
def test_only_the_real_user_number_counts(
    primitive: Primitive, uid: int, euid: int, expected: ReturnCode, word: str
) -> None:
    world = memory_world(process=StandInProcess(uid=uid, euid=euid))
    trial = Trial(_POLICY, pam_rootok, world=world, user="alice")
    assert trial.call(primitive) == expected
    assert isinstance(world.log, MemoryLog)
    assert f"root check {word}" in world.log.texts[0]


def test_setcred_has_nothing_to_do() -> None:
    trial = Trial("auth required pam_rootok.so", pam_rootok)
    assert [trial.authenticate(), trial.setcred()] == [ReturnCode.SUCCESS, ReturnCode.SUCCESS]


@_PRIMITIVES
def test_root_needs_the_right_of_the_context_that_he_comes_from(primitive: Primitive) -> None:
    machine = _Machine()
    # Neither another context's right, nor another right, is his.
    machine.contexts.allowed = {
        (machine.contexts.own, machine.contexts.own, "passwd", "rootok"),
        (_BEFORE, _BEFORE, "passwd", "passwd"),
    }
    assert machine.ask(primitive) == ReturnCode.AUTH_ERR
    machine.contexts.allowed.add(_MAY)
    assert machine.ask(primitive) == ReturnCode.SUCCESS
    assert {"root check failed", "root check succeeded"} == set(machine.logged())


def test_nobody_else_is_let_through_by_selinux() -> None:
    machine = _Machine(enforce="0")
    machine.contexts.allowed.add(_MAY)
    machine.world = machine.world.changed(process=StandInProcess(uid=1000, euid=0))
    assert machine.ask() == ReturnCode.AUTH_ERR


@pytest.mark.parametrize("fails", ["previous", "allows"])
def test_root_is_refused_if_selinux_cannot_be_asked(fails: str) -> None:
    machine = _Machine()
    machine.contexts.allowed.add(_MAY)
    machine.contexts.faults[fails] = OSError(38, "there is no `libselinux.so.1`")
    assert machine.ask() == ReturnCode.AUTH_ERR
    said = "cannot ask SELinux about `rootok`: there is no `libselinux.so.1`"
    assert machine.logged() == [said, "root check failed"]


@pytest.mark.parametrize(
    ("enforce", "expected"),
    [
        *(("0", ReturnCode.SUCCESS), ("1", ReturnCode.AUTH_ERR), ("", ReturnCode.AUTH_ERR)),
        *((None, ReturnCode.AUTH_ERR), (_DENIED, ReturnCode.AUTH_ERR)),
    ],
)
@pytest.mark.parametrize("fails", [True, False])
def test_only_a_kernel_that_says_that_it_is_permissive_lets_root_through_all_the_same(
    enforce: str | OSError | None, expected: ReturnCode, *, fails: bool
) -> None:
    machine = _Machine(enforce=enforce)
    if fails:
        machine.contexts.faults["previous"] = _DENIED
    assert machine.ask() == expected


@pytest.mark.parametrize("changed", [{"mounts": _DENIED}, {"mounts": None}])
def test_root_is_refused_if_it_cannot_be_told_whether_selinux_is_on(
    changed: dict[str, OSError | None],
) -> None:
    machine = _Machine(**changed)
    machine.contexts.allowed.add(_MAY)
    assert machine.ask() == ReturnCode.AUTH_ERR
    assert machine.logged()[0].startswith("cannot tell whether SELinux is on: ")


@pytest.mark.parametrize("filesystems", [None, _DENIED])
def test_kinds_of_file_systems_that_cannot_be_told_do_not_hide_selinux(
    filesystems: OSError | None,
) -> None:
    assert _Machine(filesystems=filesystems).ask() == ReturnCode.AUTH_ERR


@pytest.mark.parametrize(
    "changed",
    [
        {"filesystems": "nodev\tsysfs\n"},
        {"mounts": ""},
        {"mounts": "selinuxfs /sys/fs/selinux selinuxfs ro 0 0\n"},
        {"config": None},
        {"mounts": None, "enforce": None},
    ],
)
def test_where_selinux_is_off_it_has_no_say(changed: dict[str, str | None]) -> None:
    machine = _Machine(**changed)
    machine.contexts.faults["previous"] = _DENIED
    assert machine.ask() == ReturnCode.SUCCESS


def test_what_the_policy_wants_recorded_is_audited() -> None:
    machine = _Machine()
    machine.contexts.denials = (_DENIAL, "another line")
    machine.ask()
    records = [(1107, line, None, None, None, False) for line in (_DENIAL, "another line")]
    assert machine.audit.records == records
    assert machine.logged() == ["root check failed"]


def test_a_record_that_is_lost_is_a_line_in_the_log() -> None:
    machine = _Machine()
    machine.contexts.denials = (_DENIAL,)
    machine.audit.fault = OSError(105, "No buffer space available", "audit_log_user_message")
    assert machine.ask() == ReturnCode.AUTH_ERR
    assert machine.logged() == [_DENIAL, "root check failed"]


def test_it_is_declared_what_is_read() -> None:
    read = {standing.CONFIG, standing.MOUNTS, standing.ENFORCE, "/proc/filesystems"}
    assert set(pam_rootok.MODULE.files) == read


@pytest.mark.parametrize(
    ("kinds", "expected"), [("nodev\tsysfs\n", "False"), ("nodev\tselinuxfs\n", "True")]
)
def test_nothing_of_selinux_is_loaded_where_the_kernel_has_none(kinds: str, expected: str) -> None:
    program = (
        "import sys\n"
        "from pamkit.modules import pam_rootok\n"
        "from pamkit.testing.policies import Trial\n"
        "from pamkit.testing.world import memory_world\n"
        f"world = memory_world(files={{'/proc/filesystems': {kinds!r}}})\n"
        "assert Trial('auth required pam_rootok.so', pam_rootok, world=world).authenticate() == 0\n"
        "print('pamkit.selinux' in sys.modules)\n"
    )
    source = Path(__file__).resolve().parents[2] / "src"
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={"PYTHONPATH": str(source)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == expected
