"""pam_rootok of OpenPAM: root, and nobody else."""

from __future__ import annotations

import pytest

from pamkit.modules.openpam import pam_rootok
from pamkit.testing.process import StandInProcess
from pamkit.testing.script import error
from pamkit.testing.world import memory_world
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive
from pamkit.vocab.flags import Flag
from tests.modules.families import answer

_C, _AUTH = ReturnCode, Primitive.AUTHENTICATE


@pytest.mark.parametrize(
    ("uid", "euid", "expected"),
    [(0, 0, _C.SUCCESS), (0, 1000, _C.SUCCESS), (1000, 0, _C.AUTH_ERR), (1000, 1000, _C.AUTH_ERR)],
)
def test_the_real_user_must_be_root(uid: int, euid: int, expected: ReturnCode) -> None:
    world = memory_world(process=StandInProcess(uid=uid, euid=euid))
    assert answer(pam_rootok, _AUTH, "no_warn", world=world) == expected


def test_who_is_refused_is_told_unless_the_application_wants_silence() -> None:
    world = memory_world(process=StandInProcess(uid=1000))
    told = error("pam_rootok: pam_sm_authenticate: Refused; not superuser")
    assert answer(pam_rootok, _AUTH, "", told, world=world) == _C.AUTH_ERR
    assert answer(pam_rootok, _AUTH, "", flags=Flag.SILENT, world=world) == _C.AUTH_ERR


def test_there_are_no_credentials_to_set() -> None:
    assert answer(pam_rootok, Primitive.SETCRED) == _C.SUCCESS
