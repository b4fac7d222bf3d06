"""A conversation that knows its answers beforehand, and gives none to the wrong prompt.

A program that has a password at hand does not know what it will be asked.  What is not
recognised gets no answer: a code from a phone must not be asked for and get the password.
"""

from __future__ import annotations

from pamkit.engine.driver import NotYet
from pamkit.engine.harmless import harmless
from pamkit.policy.words import ascii_lower
from pamkit.vocab.errors import ConversationEnded
from pamkit.vocab.message import Style
from pamkit.vocab.names import Names
from pamkit.vocab.secret import Secret

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from types import TracebackType
    from typing import Any, Self

    from pamkit.vocab.message import Answer, Message

    Token = str | bytes | Secret


class Wanted(Names):
    """What an ordinary prompt asks for."""

    USER = 1
    PASSWORD = 2
    CURRENT = 3
    """The password that is about to be changed."""
    NEW = 4
    RETYPE = 5
    """The new password once more."""


ORDINARY = {
    "login": Wanted.USER,
    "password": Wanted.PASSWORD,
    "current password": Wanted.CURRENT,
    "old password": Wanted.CURRENT,  # DIALECT: OpenPAM's text
    "new password": Wanted.NEW,
    "retype new password": Wanted.RETYPE,
}
"""PAM's own prompts, in small letters and without the colon."""

TYPED = {
    "current {} password": Wanted.CURRENT,
    "(current) {} password": Wanted.CURRENT,
    "new {} password": Wanted.NEW,
    "enter new {} password": Wanted.NEW,
    "retype new {} password": Wanted.RETYPE,
}
"""PAM's own prompts with the type of the password in them (the item `AUTHTOK_TYPE`)."""


class Answers:
    """Answers the prompts it recognises, each secret once; everything else ends it.

    ``user`` answers the visible prompt for a name; ``password`` the hidden one for the
    password, and for the current one in a change; ``new_password`` those for the new one.
    They are recognised by PAM's own texts (`ORDINARY`, and `TYPED` with ``token_types``),
    capitals, outer blanks and the colon apart.  ``translated`` says what other texts want, as
    in ``{"Passwort:": Wanted.PASSWORD}``.

    ``answers`` are for all other prompts, and go before: from a text (outer blanks and a colon
    apart) or a predicate of the `Message`, to the answer.  The first that fits counts.

    A secret is given once, and again if the next prompt is `Retype` with the same text: asked
    a second time, the first was wrong.  `renew` allows each once more, for another primitive
    with the same conversation.

    ``otherwise`` is another conversation, perhaps a coroutine function, for all that is not
    answered here and for messages.  Without one, such a prompt raises `ConversationEnded` with
    its text; nothing of that round is handed out.

    ``messages`` holds what was said without asking.  Nothing shows a secret; `wipe`, or the
    end of a ``with`` block, overwrites them.  Raises `ValueError` for an answer with a NUL.
    """

    __slots__ = ("_answers", "_given", "_otherwise", "_step", "_texts", "_tokens", "messages")

    def __init__(
        self,
        *,
        user: str | None = None,
        password: Token | None = None,
        new_password: Token | None = None,
        answers: Mapping[str | Callable[[Message], object], Token] | None = None,
        translated: Mapping[str, Wanted] | None = None,
        token_types: Iterable[str] = ("UNIX",),
        otherwise: Any = None,
    ) -> None:
        """Prepare the answers; they are copied."""
        known = ((Wanted.USER, user), (Wanted.PASSWORD, password), (Wanted.NEW, new_password))
        self._tokens = {want: _token(value) for want, value in known if value is not None}
        self._answers = [
            (_bare(key) if isinstance(key, str) else key, _token(value))
            for key, value in (answers or {}).items()
        ]
        self._texts = ORDINARY | {
            text.format(ascii_lower(kind)): want
            for text, want in TYPED.items()
            for kind in token_types
        }
        self._texts |= {ascii_lower(_bare(text)): want for text, want in (translated or {}).items()}
        self._otherwise = otherwise
        self._step = _Step()
        self._given: list[Secret] = []
        self.messages: list[Message] = []

    def __call__(self, messages: tuple[Message, ...], /) -> Sequence[Answer]:
        """Answer what is recognised; an awaitable if ``otherwise`` returns one."""
        step = self._step.copy()
        answers: list[Answer] = [None] * len(messages)
        left: list[int] = []
        for index, message in enumerate(messages):
            found = self._find(message, step) if message.wants_answer else ""
            if isinstance(found, Secret):
                answers[index] = self._handed_out(found, message)
            elif self._otherwise is not None:
                left.append(index)
            elif message.wants_answer:
                self._keep(messages)
                raise ConversationEnded(message=found)
        if not left:
            self._keep(messages)
            self._step = step
            return answers
        try:
            others = self._otherwise(tuple(messages[index] for index in left))
        except NotYet:
            raise  # all of it will be asked again: nothing was said, and nothing given
        except Exception:
            self._keep(messages)
            raise
        if hasattr(others, "__await__"):
            later: Any = self._later(others, messages, answers, left, step)
            awaitable: Sequence[Answer] = later
            return awaitable
        return self._merged(others, messages, answers, left, step)

    def renew(self) -> None:
        """Begin another step: each secret may be given once more."""
        self._step = _Step()

    def wipe(self) -> None:
        """Overwrite the secrets, those handed out included; no prompt is answered any more."""
        for token in (*self._tokens.values(), *(token for _, token in self._answers), *self._given):
            token.wipe()
        self._tokens.clear()
        self._answers.clear()
        self._given.clear()
        self._step = _Step()

    def _find(self, message: Message, step: _Step) -> Secret | str:
        """Return the answer, or the sentence that says why there is none."""
        if message.style is Style.BINARY_PROMPT:
            return "no answer can be prepared for a binary prompt"
        text = _bare(message.text)
        hidden = message.style is Style.PROMPT_ECHO_OFF
        key, token = self._prepared(message, text)
        if token is None:
            key, token = self._ordinary(message.style, text, step)
        if token is None and hidden and step.is_retype(text):
            key, token = ("retype", text), step.last_token
        if token is None:
            kind = "hidden" if hidden else "visible"
            return f"no answer was prepared for the {kind} prompt `{harmless(text)}`"
        if hidden:
            if key in step.used:
                return f"the answer was given already, and is asked again by `{harmless(text)}`"
            step.give(key, text, token)
        return token

    def _prepared(self, message: Message, text: str) -> tuple[object, Secret | None]:
        for number, (key, token) in enumerate(self._answers):
            if key == text if isinstance(key, str) else key(message):
                return number, token
        return None, None

    def _ordinary(self, style: Style, text: str, step: _Step) -> tuple[object, Secret | None]:
        want = self._texts.get(ascii_lower(text))
        # A password is no answer to a prompt that shows it, nor a name to one that hides it.
        fitting = Style.PROMPT_ECHO_ON if want is Wanted.USER else Style.PROMPT_ECHO_OFF
        if want is None or style is not fitting:
            return want, None
        if want is Wanted.RETYPE:
            known = Wanted.NEW in step.used
            return want, self._tokens.get(Wanted.NEW) if known else None
        return want, self._tokens.get(Wanted.PASSWORD if want is Wanted.CURRENT else want)

    def _handed_out(self, token: Secret, message: Message) -> Answer:
        if message.style is not Style.PROMPT_ECHO_OFF:
            return token.expose().decode("utf-8", "surrogateescape")
        self._given.append(Secret(token))  # whoever gets it may wipe it
        return self._given[-1]

    def _keep(self, messages: tuple[Message, ...]) -> None:
        self.messages += [message for message in messages if not message.wants_answer]

    async def _later(
        self,
        others: Any,
        messages: tuple[Message, ...],
        answers: list[Answer],
        left: list[int],
        step: _Step,
    ) -> Sequence[Answer]:
        try:
            found = await others
        except NotYet:
            raise
        except Exception:
            self._keep(messages)
            raise
        return self._merged(found, messages, answers, left, step)

    def _merged(
        self,
        others: Any,
        messages: tuple[Message, ...],
        answers: list[Answer],
        left: list[int],
        step: _Step,
    ) -> Sequence[Answer]:
        self._keep(messages)
        if not isinstance(others, (list, tuple)) or len(others) != len(left):
            raise ConversationEnded(message="the other conversation gave no answer to each message")
        for index, answer in zip(left, others, strict=True):
            answers[index] = answer
        self._step = step
        return answers

    def __enter__(self) -> Self:
        """Return the conversation."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Wipe the secrets."""
        self.wipe()

    def __repr__(self) -> str:
        """What it can answer, never with what."""
        known = [want.name.lower() for want in self._tokens]
        more = [f"{len(self._answers)} more"] if self._answers else []
        return f"<Answers: {', '.join([*known, *more]) or 'none'}>"


class OnlyPassword:
    """Answers the first hidden prompt, whatever its text, and refuses all others.

    For services whose one prompt has a text of its own.  ``messages`` and `wipe` are those of
    `Answers`.
    """

    __slots__ = ("_spent", "_token", "messages")

    def __init__(self, password: Token) -> None:
        """Prepare the answer; `ValueError` if it holds a NUL."""
        self._token = _token(password)
        self._spent = False
        self.messages: list[Message] = []

    def __call__(self, messages: tuple[Message, ...], /) -> Sequence[Answer]:
        """Answer one hidden prompt; `ConversationEnded` names a prompt that gets none."""
        self.messages += [message for message in messages if not message.wants_answer]
        answers: list[Answer] = [None] * len(messages)
        for index, message in enumerate(messages):
            if not message.wants_answer:
                continue
            hidden = message.style is Style.PROMPT_ECHO_OFF
            if self._spent or not hidden:
                kind = "hidden" if hidden else "visible"
                text = harmless(_bare(message.text))
                raise ConversationEnded(
                    message=f"one password was prepared, but nothing for the {kind} prompt `{text}`"
                )
            # Spent even if the next prompt ends this round: what comes later is not the first.
            self._spent = True
            answers[index] = self._token
        return answers

    def wipe(self) -> None:
        """Overwrite the password; no prompt is answered any more."""
        self._spent = True
        self._token.wipe()

    def __repr__(self) -> str:
        """Whether the password may still be given, never which."""
        return f"<OnlyPassword: {'spent' if self._spent else 'unspent'}>"


def only_password(password: Token) -> OnlyPassword:
    """Return a conversation that answers the first hidden prompt and no other."""
    return OnlyPassword(password)


class _Step:
    """What has been given since the step began."""

    __slots__ = ("last_text", "last_token", "used")

    def __init__(self) -> None:
        self.used: frozenset[object] = frozenset()
        self.last_text: str | None = None
        self.last_token: Secret | None = None

    def copy(self) -> _Step:
        step = _Step()
        step.used, step.last_text, step.last_token = self.used, self.last_text, self.last_token
        return step

    def give(self, key: object, text: str, token: Secret) -> None:
        self.used |= {key}
        self.last_text, self.last_token = ascii_lower(text), token

    def is_retype(self, text: str) -> bool:
        """Whether a prompt is what `pam_get_authtok_verify(3)` makes of the one before."""
        return self.last_text is not None and ascii_lower(text) == f"retype {self.last_text}"


def _token(value: Token) -> Secret:
    token = Secret(value)
    if 0 in token.expose():
        token.wipe()
        raise ValueError("an answer may not hold a NUL byte: C would take it for the end")
    return token


def _bare(text: str) -> str:
    """Return a prompt without outer blanks and the colon, which may be a full-width one."""
    return text.strip().rstrip(":\uff1a").rstrip()
