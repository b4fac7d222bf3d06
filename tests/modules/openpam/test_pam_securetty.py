"""pam_securetty of OpenPAM: root on terminals that ttys(5) calls secure."""

from __future__ import annotations

import pytest

from pamkit.module.world import World
from pamkit.modules.openpam import pam_securetty
from pamkit.testing.accounts import account
from pamkit.testing.script import error
from pamkit.testing.world import memory_world
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive
from pamkit.vocab.item import Item
from tests.modules.families import answer

_C, _ACCOUNT = ReturnCode, Primitive.ACCT_MGMT
_TTYS = 'ttyv0 "/usr/libexec/getty Pc" xterm on secure\nttyu0 none vt100 on insecure\n'


def _world(ttys: str | OSError | None = _TTYS) -> World:
    files = {} if ttys is None else {"/etc/ttys": ttys}
    return memory_world(users=[account("root", 0), account("alice")], files=files)


def _items(terminal: str | None) -> dict[Item, str]:
    return {} if terminal is None else {Item.TTY: terminal}


@pytest.mark.parametrize(
    ("terminal", "expected"),
    [
        ("ttyv0", _C.SUCCESS),
        ("/dev/ttyv0", _C.SUCCESS),
        ("ttyu0", _C.AUTH_ERR),
        ("pts/0", _C.AUTH_ERR),
        ("", _C.AUTH_ERR),
        (None, _C.AUTH_ERR),
    ],
)
def test_root_needs_a_secure_terminal(terminal: str | None, expected: ReturnCode) -> None:
    items = {**_items(terminal)}
    code = answer(pam_securetty, _ACCOUNT, "no_warn", world=_world(), user="root", items={**items})
    assert code == expected


@pytest.mark.parametrize("ttys", [None, PermissionError(13, "no"), ""])
def test_without_a_table_no_terminal_is_secure(ttys: str | OSError | None) -> None:
    told = error("pam_securetty: pam_sm_acct_mgmt: Not on secure TTY")
    items: dict[Item, str] = {Item.TTY: "ttyv0"}
    code = answer(
        pam_securetty, _ACCOUNT, "", told, world=_world(ttys), user="root", items={**items}
    )
    assert code == _C.AUTH_ERR


def test_others_may_be_anywhere_and_strangers_nowhere() -> None:
    assert answer(pam_securetty, _ACCOUNT, world=_world()) == _C.SUCCESS
    assert answer(pam_securetty, _ACCOUNT, world=_world(), user="eve") == _C.SERVICE_ERR
