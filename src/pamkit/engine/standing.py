"""Where the calls of a transaction have led so far: the path of each, and what was refused.

Transactions on the same tracks that went the same way stand at the same place, so it is one value
for all of them.
"""

from __future__ import annotations

from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import REPLAYS, Primitive

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from pamkit.engine.tracks import Track, Tracks
    from pamkit.semantics.trace import Path

    Paths = tuple[Path | Track | None, ...]
    """What each primitive has walked last: a path, or the place on the tracks where it ended.

    `None` for one that nobody called; empty for one that leads nowhere.
    """

    Begins = Sequence[Track | None]
    """Where each primitive begins, as far as that can be said without a closer look."""

GOOD = (ReturnCode.SUCCESS, ReturnCode.NEW_AUTHTOK_REQD)
"""What another primitive may follow: somebody is known, even if the password is too old."""

_NO_PATHS: Paths = (None,) * len(Primitive)

NOWHERE: Begins = _NO_PATHS  # type: ignore[assignment]  # of nothing but `None`, as both may be
"""What stands for the begins of a transaction in which each call is looked at more closely."""


class Standing:
    """A place between two calls of a transaction.

    ``paths`` and ``refused`` are what was walked and what was refused.  ``begins`` are places where
    a call begins and, if it ends with yes, is over: nothing was refused before, so that nothing
    has to be taken back.  ``beyond`` has what `ended` and `refusing` have said before.
    """

    __slots__ = ("begins", "beyond", "paths", "refused", "tracks")

    def __init__(
        self,
        tracks: Tracks | None,
        paths: Paths = _NO_PATHS,
        refused: frozenset[Primitive] = frozenset(),
    ) -> None:
        """Stand on ``tracks``, if there are any."""
        self.tracks, self.paths, self.refused = tracks, paths, refused
        self.begins: list[Track | None] = [None] * len(Primitive)
        self.beyond: dict[Track | Primitive, Standing] = {}

    def begin(self, primitive: Primitive) -> Track | None:
        """Return where a primitive begins on the tracks; `None` if it walks beside them."""
        tracks, earlier = self.tracks, REPLAYS.get(primitive)
        if tracks is None or primitive is Primitive.CHAUTHTOK:
            return None
        path = None if earlier is None else self.paths[earlier]
        if path is None:
            place = tracks.first(primitive)
        elif path.__class__ is not tuple:
            # It was walked on the tracks: what follows it begins where it ended.
            place = path.followed(primitive)  # type: ignore[union-attr]  # it is no path
        else:
            return None
        if place.hook is None:
            return None  # nobody can be asked: that is told in the log
        if not self.refused:
            self.begins[primitive] = place
        return place

    def ended(self, end: Track) -> Standing:
        """Return where a walk leads that has ended on the tracks."""
        known = self.beyond.get(end)
        if known is None:
            is_good = end.code in GOOD
            if self.paths[end.primitive] is end and is_good != (end.primitive in self.refused):
                return self
            known = self._beyond(end.primitive, end, good=is_good)
            if self.tracks is not None and self.tracks.room > 0:
                self.tracks.room -= 1
                self.beyond[end] = known
        return known

    def refusing(self, primitive: Primitive) -> Standing:
        """Return where a transaction stands when a primitive is refused: nothing may follow it."""
        if primitive in REPLAYS:
            return self
        known = self.beyond.get(primitive)
        if known is None:
            if primitive in self.refused and self.paths[primitive] == ():
                known = self
            else:
                known = self._beyond(primitive, (), good=False)
            self.beyond[primitive] = known
        return known

    def walked(self, primitive: Primitive, path: Path, *, good: bool) -> Standing:
        """Return where a walk leads that was made beside the tracks.

        Without ``good``, what was refused before stays so.
        """
        refused = self.refused - {primitive} if good else self.refused
        return Standing(self.tracks, self._led(primitive, path), refused)

    def _beyond(self, primitive: Primitive, path: Path | Track, *, good: bool) -> Standing:
        """Return the place behind a call: the same for all ways that have led there."""
        refused = self.refused - {primitive} if good else self.refused | {primitive}
        paths, tracks = self._led(primitive, path), self.tracks
        if tracks is None:
            return Standing(None, paths, refused)
        known = tracks.standings.get((paths, refused))
        if known is None:
            known = Standing(tracks, paths, refused)
            if tracks.room > 0:
                tracks.room -= 1
                tracks.standings[paths, refused] = known
        return known

    def _led(self, primitive: Primitive, path: Path | Track) -> Paths:
        return (*self.paths[:primitive], path, *self.paths[primitive + 1 :])

    def after_change(self, tracks: Tracks | None) -> Standing:
        """Return where a transaction stands whose policy is another by now.

        A walk of the old policy's chain says nothing about the new one; a refusal stands.
        """
        if not self.refused:
            return Standing(None) if tracks is None else tracks.start
        paths: Paths = tuple(() if each in self.refused else None for each in Primitive)
        return Standing(tracks, paths, self.refused)
