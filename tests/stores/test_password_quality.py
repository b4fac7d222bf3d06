import errno
from pathlib import Path

import pytest

from pamkit.formats.quality_settings import QualitySettings
from pamkit.stores import password_quality
from pamkit.stores.password_quality import LibPwquality
from pamkit.stores.root import Root
from pamkit.vocab.secret import Secret

_SETTINGS = QualitySettings(dictcheck=0).for_judging()
_SYSTEM = LibPwquality(Root("/"))


@pytest.mark.needs("libpwquality")
def test_the_library_says_how_good_a_password_is_or_what_is_wrong() -> None:
    assert _SYSTEM.check(_SETTINGS, Secret("kX7-qp2_Wz"), None, "alice") == (71, "")
    same = Secret("kX7-qp2_Wz")
    told = (-21, "The password is the same as the old one")
    assert _SYSTEM.check(_SETTINGS, same, same, "") == told
    assert _SYSTEM.check(_SETTINGS, Secret(""), None, "") == (-20, "No password supplied")


def test_below_another_root_nobody_is_asked(tmp_path: Path) -> None:
    assert LibPwquality(Root(str(tmp_path))).check(_SETTINGS, Secret("x"), None, "") is None


def test_a_nul_is_for_our_own_rules() -> None:
    assert _SYSTEM.check(_SETTINGS, Secret("kX7-qp2_Wz\0"), None, "alice") is None


def test_a_setting_that_the_library_does_not_know_is_for_our_own_rules() -> None:
    assert _SYSTEM.check(("newer=1",), Secret("kX7-qp2_Wz"), None, "alice") is None


class _Absent:
    @staticmethod
    def pwquality_check(*_: object) -> tuple[int, bytes]:
        raise OSError(errno.ENOENT, "there is no `libpwquality.so.1`")


def test_without_the_library_our_own_rules_judge(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(password_quality, "c_library", _Absent)
    assert _SYSTEM.check(_SETTINGS, Secret("kX7-qp2_Wz"), None, "alice") is None
