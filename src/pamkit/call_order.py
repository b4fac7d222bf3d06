"""The order of what a transaction is asked for: kept, told, and in strict mode insisted on."""

from __future__ import annotations

from pamkit.records.event import Happening
from pamkit.semantics.lifecycle import (
    FRESH,
    RESUMED,
    Event,
    Kind,
    broken_by,
    events_of,
    judge,
    kind_of,
    stage_after,
)
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.errors import refusal
from pamkit.vocab.facility import Primitive

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.engine.transaction import Core
    from pamkit.semantics.lifecycle import Judgement, Stage

_OUT_OF_ORDER = {
    Primitive.SETCRED: ReturnCode.CRED_ERR,
    Primitive.OPEN_SESSION: ReturnCode.SESSION_ERR,
    Primitive.CLOSE_SESSION: ReturnCode.SESSION_ERR,
}
"""What a call is refused with that comes at the wrong time."""

_RECORDS = {Happening.LOGIN: Kind.LOGIN_RECORD, Happening.LOGOUT: Kind.LOGOUT_RECORD}
"""Login records that have a place in the order."""


class CallOrder:
    """What happened on one transaction: its calls, and the login records between them.

    ``resumes``: it took a session over, which is on the login records if it keeps any
    (``records``).
    """

    def __init__(self, core: Core, *, strict: bool, resumes: bool, records: bool) -> None:
        """Follow the calls of ``core``."""
        self._core, self._strict = core, strict
        self._began = RESUMED.changed(is_recorded=records) if resumes else FRESH
        self._noted: list[tuple[int, Event]] = []

    @property
    def stage(self) -> Stage:
        """How far the transaction has come."""
        return stage_after(self._events(), self._began)

    def judged(self) -> tuple[Judgement, ...]:
        """Return what is to be said of each event so far."""
        return judge(self._events(), self._began)

    def require(self, primitive: Primitive, flags: int) -> None:
        """Raise `PamError` in strict mode for a call that the pages do not mean here."""
        self._require(kind_of(primitive, flags), _OUT_OF_ORDER.get(primitive))

    def note(self, happening: Happening) -> None:
        """Note that a login record is written; `PamError` in strict mode if it may not be here."""
        kind = _RECORDS.get(happening)
        if kind is not None:
            self._require(kind, ReturnCode.SESSION_ERR)
            self._noted.append((len(self._core.runs), Event(kind)))

    def _require(self, kind: Kind, code: ReturnCode | None) -> None:
        if not self._strict:
            return
        stage = self.stage
        # The modules may have said yes, and the application was told no.
        if self._core.is_refused(Primitive.AUTHENTICATE):
            stage = stage.changed(authenticated=False)
        if self._core.is_refused(Primitive.ACCT_MGMT):
            stage = stage.changed(admitted=False)
        for rule in broken_by(stage, kind):
            why = f"{rule.sentence} ({rule.sources}): {rule.advice}"
            raise refusal(code or ReturnCode.PERM_DENIED, why, tuple(self._core.runs))

    def _events(self) -> tuple[Event, ...]:
        events = list(events_of(self._core.runs))
        for at, event in reversed(self._noted):
            events.insert(at, event)
        return tuple(events)
