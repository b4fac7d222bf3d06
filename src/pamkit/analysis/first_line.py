"""The line of a service's own file at which something about the whole service is said."""

from __future__ import annotations

from pamkit.policy.words import ascii_lower

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.analysis.tree import Service
    from pamkit.vocab.facility import Facility
    from pamkit.vocab.span import Span


def first_line(service: Service, facility: Facility) -> Span:
    """Return where the file begins to speak of a facility; where it begins, if it does not.

    The file must have an entry for the service; one that has links of its own has.
    """
    own = [
        known
        for known in service.file.entries
        if known.entry.service is None or ascii_lower(known.entry.service.text) == service.name
    ]
    return next((known.span for known in own if known.facility is facility), own[0].span)
