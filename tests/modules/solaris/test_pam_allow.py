"""pam_allow: yes to everything."""

from __future__ import annotations

from pamkit.modules.solaris import pam_allow
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive
from tests.modules.families import answer


def test_everything_is_allowed_to_everybody() -> None:
    answers = {answer(pam_allow, primitive, "debug", user=None) for primitive in Primitive}
    assert answers == {ReturnCode.SUCCESS}
