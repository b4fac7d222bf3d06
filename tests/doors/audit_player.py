"""Plays transactions in a process of its own, with the system's libpam or with our engine.

``player.py stock`` or ``player.py FILE``, the built C library; scenes come as JSON on standard
input: ``policy``, ``user``, ``items``, ``calls`` (name and flags; `write` is a module's own
record, `lock` one of no account by libaudit itself, `rhost` sets a host of so many bytes),
``open`` and ``answers`` of the interposer.
Goes out: for each scene the codes of the calls, and the records.
"""

import ctypes
import json
import os
import sys
from pathlib import Path
from typing import Any

from pamkit.doors.audit import AuditTrail
from pamkit.modules import pam_debug
from pamkit.policy.dialect import DEBIAN
from pamkit.semantics.trace import Run
from pamkit.stores.audit_record import sender
from pamkit.testing.policies import Trial
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive
from pamkit.vocab.item import Item
from tests.stores.built_c import load

_ONLY_EMERGENCIES = 1
_LOCK = (2207, b"pam_faillock suid=1000 ")

_CALLBACK = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)


class _Conversation(ctypes.Structure):
    _fields_ = (("call", _CALLBACK), ("data", ctypes.c_void_p))


def _stock(directory: Path, scene: dict[str, Any]) -> list[int]:
    libc = ctypes.CDLL(None)
    libc.setlogmask(_ONLY_EMERGENCIES)
    libc.calloc.restype = ctypes.c_void_p
    pam = ctypes.CDLL("libpam.so.0", mode=ctypes.RTLD_GLOBAL)

    def converse(count: int, _: object, responses: int) -> int:
        block = libc.calloc(count, 16)
        ctypes.c_void_p.from_address(responses).value = block
        return 0

    callback = _CALLBACK(converse)
    conversation, handle = _Conversation(callback, None), ctypes.c_void_p()
    (directory / "test").write_text(scene["policy"])
    user = scene["user"]
    started = pam.pam_start_confdir(
        b"test",
        None if user is None else user.encode("utf-8", "surrogateescape"),
        ctypes.byref(conversation),
        os.fsencode(directory),
        ctypes.byref(handle),
    )
    assert started == 0
    for name, value in scene["items"].items():
        pam.pam_set_item(handle, int(Item[name]), value.encode("utf-8", "surrogateescape"))
    codes = []
    for name, flags in scene["calls"]:
        if name == "rhost":
            codes.append(pam.pam_set_item(handle, int(Item.RHOST), b"x" * flags))
        elif name == "write":
            codes.append(pam.pam_modutil_audit_write(handle, 1127, b"op text", flags))
        elif name == "lock":
            codes.append(_lock_by_libaudit(*_source(scene)))
        else:
            codes.append(getattr(pam, f"pam_{name}")(handle, flags))
    pam.pam_end(handle, 0)
    return codes


def _lock_by_libaudit(host: bytes | None, tty: bytes | None) -> int:
    libaudit, (kind, op) = ctypes.CDLL("libaudit.so.1"), _LOCK
    descriptor = libaudit.audit_open()
    sent: int = libaudit.audit_log_user_message(descriptor, kind, b"op=" + op, host, None, tty, 1)
    os.close(descriptor)
    return min(0, sent)  # else it is the number of the message


def _source(scene: dict[str, Any]) -> tuple[bytes | None, bytes | None]:
    host, tty = (scene["items"].get(name) for name in ("RHOST", "TTY"))
    return (
        None if host is None else host.encode(),
        None if tty is None else tty.encode(),
    )


def _ours(built: Path, scene: dict[str, Any]) -> list[int]:
    heard: list[int] = []

    def hear(run: Run) -> None:
        heard.append(trail.after_run(run))

    trial = Trial(
        scene["policy"],
        pam_debug,
        user=scene["user"],
        items={Item[name]: value for name, value in scene["items"].items()},
        conversation=lambda messages: [None] * len(messages),
        dialect=DEBIAN,
        quirks=frozenset({"flags-unchecked"}),
        audit=hear,
    )
    trail = AuditTrail(sender(load(built)), trial.handle.texts, trial.world.log)
    codes = []
    for name, flags in scene["calls"]:
        if name == "rhost":
            codes.append(trial.handle.set(Item.RHOST, "x" * flags, from_module=False))
            continue
        if name == "write":
            codes.append(trail.message(1127, "op text", flags))
            continue
        if name == "lock":
            kind, op = _LOCK
            codes.append(load(built).audit(kind, op, None, *_source(scene), True))
            continue
        heard.clear()
        primitive = Primitive[name.upper()]
        code: int = trial.call(primitive, flags)
        if code == ReturnCode.INCOMPLETE:
            code = trail.after_call(primitive, flags, code)
        codes.append(heard[-1] if heard else code)
    trail.at_end()
    trial.end()
    return codes


def _main(player: str, directory: Path) -> None:
    records = directory / "records"
    os.environ["AUDIT_RECORDS"] = str(records)
    conf = directory / "conf"
    conf.mkdir()
    played = []
    for scene in json.load(sys.stdin):
        os.environ["AUDIT_OPEN"] = str(scene["open"])
        os.environ["AUDIT_ANSWERS"] = scene["answers"]
        records.write_text("")
        codes = _stock(conf, scene) if player == "stock" else _ours(Path(player), scene)
        played.append((codes, [line.split() for line in records.read_text().splitlines()]))
    print(json.dumps(played))


if __name__ == "__main__":
    _main(sys.argv[1], Path(sys.argv[2]))
