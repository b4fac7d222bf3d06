import pytest

from pamkit.formats.quality_settings import QualitySettings
from pamkit.module.world import World
from pamkit.quality.judging import Judgement, judged
from pamkit.testing.accounts import MemoryAccounts, account
from pamkit.testing.quality import ScriptedQuality
from pamkit.testing.world import memory_world
from pamkit.vocab.secret import Secret
from tests.formats.packed_words import packed

_GOOD = Secret("kX7-qp2_Wz")
_SETTINGS = QualitySettings()


def _world(*judgements: tuple[int, str]) -> World:
    index, words = packed([b"wonderland"])
    place = "/usr/share/cracklib/pw_dict"
    world = memory_world(
        users=[account("root", 0), account("alice", gecos="Alice Smith")],
        files={f"{place}.pwi": index, f"{place}.pwd": words},
    )
    return world.changed(quality=ScriptedQuality(*judgements))


def test_the_library_judges_where_it_is_by_our_settings() -> None:
    world = _world((77, ""), (-9, "too bad"), (-1, ""))
    settings = _SETTINGS.changed(minlen=11, enforcing=0)
    assert judged(world, settings, _GOOD, None, "alice") == Judgement("", 77)
    assert judged(world, settings, _GOOD, Secret("x"), "") == Judgement("too bad")
    assert judged(world, settings, _GOOD, None, "") == Judgement("Unknown error")
    assert isinstance(world.quality, ScriptedQuality)
    words, new, old, user = world.quality.asked[0]
    assert "minlen=11" in words
    assert (new, old, user) == (_GOOD, None, "alice")


@pytest.mark.parametrize(
    ("settings", "typed", "expected"),
    [
        (_SETTINGS, "kX7-qp2_Wz", ""),
        (_SETTINGS, "short", "The password is shorter than 8 characters"),
        (_SETTINGS, "9alice-7Q", "The password contains the user name in some form"),
        (_SETTINGS, "9Smith-7Q", ""),
        (
            _SETTINGS.changed(gecoscheck=1),
            "9Smith-7Q",
            "The password contains words from the real name of the user in some form",
        ),
        (
            _SETTINGS,
            "wonderland7",
            "The password fails the dictionary check - it is based on a dictionary word",
        ),
        (_SETTINGS.changed(dictcheck=0), "wonderland7", ""),
        (
            _SETTINGS.changed(dictpath="/nowhere"),
            "kX7-qp2_Wz",
            "The password fails the dictionary check - error loading dictionary",
        ),
    ],
)
def test_our_own_rules_judge_where_it_is_not(
    settings: QualitySettings, typed: str, expected: str
) -> None:
    judgement = judged(_world(), settings, Secret(typed), None, "alice")
    assert expected == judgement.remark
    assert bool(expected) == (judgement.score == 0)


def test_an_account_that_cannot_be_looked_up_is_an_error() -> None:
    world = _world()
    assert isinstance(world.accounts, MemoryAccounts)
    world.accounts.failing = True
    with pytest.raises(OSError, match="broken"):
        judged(world, _SETTINGS.changed(gecoscheck=1), _GOOD, None, "alice")
