"""The ways of a call through lines that jump: which of them jump, and end with yes."""

from __future__ import annotations

from pamkit.analysis.parting import told_apart
from pamkit.semantics.verdict import Mood, Verdict
from pamkit.semantics.walk import Cursor, advance, begin

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.policy.chain import Chain, Link


class JumpWays:
    """The ways of a call through a chain that jumps, on all answers that its modules may give."""

    def __init__(self, chain: Chain, codes: dict[Link, tuple[int, ...]]) -> None:
        self._codes = {link: told_apart(each, (link.actions,)) for link, each in codes.items()}
        self._grants: dict[object, bool] = {}
        self._jumped: set[Link] = set()
        # A way only ever goes on: from its end, where each leads is known before who leads there.
        for at in sorted(self._met(chain), key=lambda at: at.link.number, reverse=True):
            after = {code: advance(at, code) for code in self._codes[at.link]}
            granting = [code for code, there in after.items() if self._can_grant(there)]
            self._grants[_stand(at)] = bool(granting)
            if any(at.link.actions[code] > 0 for code in granting):
                self._jumped.add(at.link)

    def jumps_and_grants(self, link: Link) -> bool:
        """Whether there is a way on which a link jumps and that ends with yes."""
        return link in self._jumped

    def _met(self, chain: Chain) -> list[Cursor]:
        """Return everywhere that a way comes to."""
        start = begin(chain.links)
        todo = [start] if isinstance(start, Cursor) else []
        met = set(map(_stand, todo))
        for at in todo:
            for code in self._codes[at.link]:
                after = advance(at, code)
                if isinstance(after, Cursor) and _stand(after) not in met:
                    met.add(_stand(after))
                    todo.append(after)
        return todo

    def _can_grant(self, at: Cursor | Verdict) -> bool:
        return at.mood is Mood.GRANTED if isinstance(at, Verdict) else self._grants[_stand(at)]


def _stand(at: Cursor) -> object:
    return at.link.number, tuple(frame.entry for frame in at.frames), at.verdict
