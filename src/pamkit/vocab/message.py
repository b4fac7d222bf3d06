"""The words of a conversation: styles and messages."""

from __future__ import annotations

from pamkit.vocab.names import Names
from pamkit.vocab.record import Record
from pamkit.vocab.secret import Secret


class Style(Names):
    """How a message is meant; numbers are Linux-PAM's (`pam_conv(3)`)."""

    PROMPT_ECHO_OFF = 1
    PROMPT_ECHO_ON = 2
    ERROR_MSG = 3
    TEXT_INFO = 4
    RADIO_TYPE = 5
    BINARY_PROMPT = 7


PROMPTS = frozenset(
    {Style.PROMPT_ECHO_OFF, Style.PROMPT_ECHO_ON, Style.RADIO_TYPE, Style.BINARY_PROMPT}
)
"""Styles that want an answer."""

MAX_RESPONSE = 512
"""Bytes in an answer (`PAM_MAX_RESP_SIZE`); a longer password is cut by C modules."""


class Message(Record):
    """One thing said to the applicant.

    ``text`` is what C would pass, decoded as UTF-8 with undecodable bytes kept as surrogates.
    ``payload`` carries the packet of a binary prompt.
    """

    style: Style
    text: str
    payload: bytes = b""

    @property
    def wants_answer(self) -> bool:
        """Whether the applicant is expected to answer."""
        return self.style in PROMPTS


Answer = str | bytes | Secret | None
"""What a conversation may answer to one message; `None` where nothing was asked or said."""
