from __future__ import annotations

import pytest

from pamkit.analysis.roles import (
    AUTOMATIC,
    BECOME,
    JOB,
    LOCKER,
    REMOTE,
    SHARED,
    STRANGER,
    role_of,
)
from pamkit.vocab.facility import Primitive

from .trees import tree


@pytest.mark.parametrize(
    ("service", "role"),
    [
        ("sshd", REMOTE),
        ("su", BECOME),
        ("crond", JOB),
        ("swaylock", LOCKER),
        ("lightdm-autologin", AUTOMATIC),
        ("common-auth", SHARED),
        ("frobnicator", STRANGER),
    ],
)
def test_a_service_has_the_role_of_its_programs(service: str, role: object) -> None:
    assert role is role_of(service)


def test_a_job_authenticates_nobody_and_a_stranger_may_do_anything() -> None:
    assert Primitive.AUTHENTICATE not in JOB.calls
    assert frozenset(Primitive) == STRANGER.calls


def test_a_service_of_a_tree_knows_its_role() -> None:
    found = tree({"sshd": "auth required pam_unix.so\n"})
    sshd = found.service("sshd")
    assert sshd is not None
    assert sshd.role is REMOTE
    assert found.service("nobody") is None
