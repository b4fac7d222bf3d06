"""How a new password is judged: by libpwquality where it is, by our own rules where it is not.

Both judge by the same settings, which are read by us.
"""

from __future__ import annotations

from pamkit.formats.passwd import bytes_of
from pamkit.formats.password_quality import DICTIONARY, quality_remark, quality_score
from pamkit.quality.dictionary import word_remark
from pamkit.vocab.flags import Flag
from pamkit.vocab.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from pamkit.formats.quality_settings import QualitySettings
    from pamkit.module.call import ModuleCall
    from pamkit.module.world import World
    from pamkit.vocab.secret import Secret


class Judgement(Record):
    """What is wrong with a new password; if nothing is (`""`), how good it is, 0 to 100."""

    remark: str
    score: int = 0


def judged(
    world: World, settings: QualitySettings, new: Secret, old: Secret | None, user: str
) -> Judgement:
    """Return the judgement of a new password; `OSError` if the account cannot be looked up."""
    found = world.quality.check(settings.for_judging(), new, old, user)
    if found is None:
        return _by_our_own_rules(world, settings, new, old, user)
    score, text = found
    return Judgement("", score) if score >= 0 else Judgement(text or "Unknown error")


def is_heeded(call: ModuleCall[Any], *, also_by_root: bool) -> bool:
    """Whether a remark keeps a password from being taken.

    Root is only told, unless the policy says otherwise or the change is one that must be made.
    """
    forced = bool(call.flags & Flag.CHANGE_EXPIRED_AUTHTOK)
    return also_by_root or forced or call.world.process.uid() != 0


def _by_our_own_rules(
    world: World, settings: QualitySettings, new: Secret, old: Secret | None, user: str
) -> Judgement:
    account = world.accounts.find(user) if user and settings.gecoscheck else None
    gecos = b"" if account is None else bytes_of(account.gecos)
    remark = quality_remark(settings, new, old, user=bytes_of(user), gecos=gecos)
    if not remark and settings.dictcheck:
        word = word_remark(world, new, settings.dictpath)
        remark = word and DICTIONARY.format(word)
    return Judgement(remark, 0 if remark else quality_score(settings, new))
