"""One event out to every record that wants it."""

from __future__ import annotations

from pamkit.vocab.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Protocol

    from pamkit.records.event import LoginEvent

    class Recorder(Protocol):
        """A file of login records."""

        @property
        def path(self) -> str:
            """Where the file is."""

        def record(self, event: LoginEvent) -> int | None:
            """Put an event on record, unless it is none for this file.

            Return the number that the file has for it, if it numbers.  `FileNotFoundError` if the
            file is not there: who keeps no such record made none.  `BlockingIOError` if another
            has the file: try again after a while.  Any other `OSError`, with words, if it cannot be
            written, and `ValueError` if the file's format cannot say it; then nothing is changed.
            """


class Recorded(Record):
    """What became of an event in one file: its number there, or why it is not in it."""

    path: str
    number: int | None = None
    fault: OSError | ValueError | None = None

    @property
    def is_kept(self) -> bool:
        """Whether there is such a file at all; who keeps no record has removed it."""
        return not isinstance(self.fault, FileNotFoundError)


def record_all(event: LoginEvent, recorders: Iterable[Recorder]) -> tuple[Recorded, ...]:
    """Put an event on every record; one that fails keeps none of the others from hearing of it."""
    return tuple(_recorded(event, recorder) for recorder in recorders)


def _recorded(event: LoginEvent, recorder: Recorder) -> Recorded:
    try:
        return Recorded(recorder.path, recorder.record(event))
    except (OSError, ValueError) as fault:
        return Recorded(recorder.path, fault=fault)
