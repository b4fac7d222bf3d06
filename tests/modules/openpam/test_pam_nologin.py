"""pam_nologin of OpenPAM: root alone while the file is there."""

from __future__ import annotations

import pytest

from pamkit.module.world import World
from pamkit.modules.openpam import pam_nologin
from pamkit.testing.accounts import account
from pamkit.testing.script import Line, error
from pamkit.testing.world import memory_world
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive
from pamkit.vocab.flags import Flag
from tests.modules.families import answer

_C, _ACCOUNT = ReturnCode, Primitive.ACCT_MGMT
_FILE = "/var/run/nologin"
_REFUSED = error("pam_nologin: pam_sm_acct_mgmt: Administrator refusing you: /var/run/nologin")


def _world(said: str | OSError | None) -> World:
    files = {} if said is None else {_FILE: said}
    return memory_world(users=[account("root", 0), account("alice")], files=files)


@pytest.mark.parametrize(
    ("said", "user", "lines", "expected"),
    [
        (None, "alice", (), _C.SUCCESS),
        ("down until noon\n", "alice", (error("down until noon\n"), _REFUSED), _C.AUTH_ERR),
        ("", "alice", (_REFUSED,), _C.AUTH_ERR),
        (PermissionError(13, "no"), "alice", (_REFUSED,), _C.AUTH_ERR),
        ("down", "root", (), _C.SUCCESS),
        (None, "eve", (), _C.USER_UNKNOWN),
    ],
)
def test_root_alone_passes_while_the_file_is_there(
    said: str | OSError | None, user: str, lines: tuple[Line, ...], expected: ReturnCode
) -> None:
    assert answer(pam_nologin, _ACCOUNT, "", *lines, world=_world(said), user=user) == expected


def test_silence_is_kept() -> None:
    code = answer(pam_nologin, _ACCOUNT, "", flags=Flag.SILENT, world=_world("down"))
    assert code == _C.AUTH_ERR
