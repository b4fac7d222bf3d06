"""What every exception of pamkit is: a code, a sentence, and what was asked before it.

The refusals an application tells apart lie in `vocab.errors`; the engine raises none of them.
"""

from __future__ import annotations

from pamkit.vocab.codes import ReturnCode, text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from pamkit.vocab.diagnostic import Finding


_SENTENCES = {code: text(code).lower() for code in ReturnCode}


class PamError(Exception):
    """A call was refused or could not be carried out.

    ``code`` is the `ReturnCode`; ``trace`` what was asked and answered, as a tuple of
    runs (empty where no chain was walked); ``str()`` a sentence a person can act on.
    """

    code: ReturnCode = ReturnCode.SYSTEM_ERR
    advice: str = ""

    def __init__(
        self, code: int | None = None, message: str = "", trace: tuple[Any, ...] = ()
    ) -> None:
        """Make an error; without a message the code's own sentence is used."""
        if code is not None:
            self.code = ReturnCode(code)
        self.message = message or _SENTENCES.get(self.code) or text(self.code).lower()
        self.trace = trace
        super().__init__(self.message)

    def __str__(self) -> str:
        """The sentence, with what to do about it."""
        return f"{self.message}: {self.advice}" if self.advice else self.message

    def __reduce__(self) -> tuple[Any, ...]:
        """Travel to another process as it is."""
        return type(self), (self.code, self.message, self.trace)


class PolicyError(PamError):
    """A policy cannot be used; ``findings`` say where and why."""

    code = ReturnCode.ABORT

    def __init__(self, message: str, findings: tuple[Finding, ...] = ()) -> None:
        """Make an error from a sentence and what was found on the way."""
        super().__init__(ReturnCode.ABORT, message)
        self.findings = findings

    def __reduce__(self) -> tuple[Any, ...]:
        """Travel to another process as it is."""
        return type(self), (self.message, self.findings)
