"""An application that is filtered: calls a PAM, talks to its user, and ends with status 7.

Its words: `c`, a primitive, a libpam and a directory of policies; or `ours`, a primitive and a
policy.  Run by a test.
"""

from __future__ import annotations

import ctypes
import os
import sys

_SERVICE = b"probe"
_ITEM_TTY = 3


class _Conversation(ctypes.Structure):
    _fields_ = (("function", ctypes.c_void_p), ("data", ctypes.c_void_p))


def _in_c(primitive: str, path: str, policies: str) -> tuple[int, str]:
    library, handle = ctypes.CDLL(path), ctypes.c_void_p()
    nobody = _Conversation()
    code = library.pam_start_confdir(
        _SERVICE, b"alice", ctypes.byref(nobody), os.fsencode(policies), ctypes.byref(handle)
    )
    if code != 0:
        return code, "?"
    code = library[f"pam_{primitive}"](handle, 0)
    terminal = ctypes.c_char_p()
    library.pam_get_item(handle, _ITEM_TTY, ctypes.byref(terminal))
    return code, os.fsdecode(terminal.value or b"")


def _in_python(primitive: str, policy: str) -> tuple[int, str]:
    from pamkit.modules import pam_filter
    from pamkit.stores.system import system_outside, system_world
    from pamkit.testing.log import MemoryLog
    from pamkit.testing.policies import Trial
    from pamkit.vocab.facility import Primitive
    from pamkit.vocab.item import Item

    world, outside = system_world().changed(log=MemoryLog()), system_outside()
    trial = Trial(policy, pam_filter, world=world, outside=outside, service="probe")
    code = int(trial.call(Primitive[primitive.upper()]))
    return code, trial.handle.texts.get(Item.TTY, "")


def main(words: list[str]) -> None:
    """Be the application."""
    code, terminal = (_in_c if words[0] == "c" else _in_python)(*words[1:])
    own = ("none", "same")[terminal == (os.ttyname(0) if os.isatty(0) else None)]
    leads = os.isatty(0) and os.tcgetpgrp(0) == os.getpid() == os.getsid(0)
    os.write(2, b"error\n")
    os.write(1, f"code {code} terminal {own} leads {leads} ready\n".encode())
    heard = b""
    while not heard.endswith(b"\n"):
        piece = os.read(0, 100)
        if not piece:
            break
        heard += piece
    os.write(1, b"heard " + heard)
    if heard.startswith(b"kill"):
        os.kill(os.getpid(), 9)
    os._exit(7)


if __name__ == "__main__":
    main(sys.argv[1:])
