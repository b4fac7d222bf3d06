"""A judge of passwords that says what a test told it to."""

from __future__ import annotations

from pamkit.vocab.secret import Secret


class ScriptedQuality:
    """A judge of new passwords who says what the test wants; by default he is not there."""

    def __init__(self, *judgements: tuple[int, str]) -> None:
        """Give these judgements in turn, each a score or negative code, and a text."""
        self.judgements = list(judgements)
        self.asked: list[tuple[tuple[str, ...], Secret, Secret | None, str]] = []
        """Settings, new and old password and user of each judgement."""

    def check(
        self, settings: tuple[str, ...], new: Secret, old: Secret | None, user: str
    ) -> tuple[int, str] | None:
        """Return the next judgement; `None` if none is left."""
        self.asked.append((settings, Secret(new), None if old is None else Secret(old), user))
        return self.judgements.pop(0) if self.judgements else None
