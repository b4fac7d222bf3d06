"""What `--do` asks for: primitives in an order, each with its flags."""

from __future__ import annotations

from pamkit.cli.usage import UsageError
from pamkit.policy.suggest import did_you_mean
from pamkit.vocab.facility import Primitive
from pamkit.vocab.flags import ALLOWED, PASS_FLAGS, Flag
from pamkit.vocab.record import Record

LOGIN = "login"
"""The word for all that a login program does, in the order of `pam_setcred(3)`."""

_LOGIN = "authenticate,acct_mgmt,setcred:establish,open_session,close_session,setcred:delete"

_FLAGS = {flag.name.lower(): flag for flag in Flag if not flag & PASS_FLAGS} | {
    "establish": Flag.ESTABLISH_CRED,
    "delete": Flag.DELETE_CRED,
    "reinitialize": Flag.REINITIALIZE_CRED,
    "refresh": Flag.REFRESH_CRED,
    "change_expired": Flag.CHANGE_EXPIRED_AUTHTOK,
}

_PRIMITIVES = {primitive.name.lower(): primitive for primitive in Primitive}


class Task(Record):
    """One call of a transaction, as written: a primitive and its flags."""

    written: str
    primitive: Primitive
    flags: int
    renews: bool = False
    """Whether a password that must be changed is changed at once, as login does."""

    @property
    def undoes(self) -> Task | None:
        """What has to have succeeded for this to be something that is left to do at the end."""
        if self.primitive is Primitive.CLOSE_SESSION:
            return Task("", Primitive.OPEN_SESSION, 0)
        if self.primitive is Primitive.SETCRED and self.flags & Flag.DELETE_CRED:
            return Task("", Primitive.SETCRED, int(Flag.ESTABLISH_CRED))
        return None


def tasks(text: str, common: int = 0) -> tuple[Task, ...]:
    """Return the calls that a list of words names.

    ``common`` are flags for every primitive that may have them.  Raises `UsageError` for a
    word that is none.
    """
    found: list[Task] = []
    for word in text.split(","):
        word = word.strip().lower()
        if word == LOGIN:
            for each in _LOGIN.split(","):
                task = _task(each, common)
                found.append(task.changed(renews=task.primitive is Primitive.ACCT_MGMT))
        else:
            found.append(_task(word, common))
    return tuple(found)


def flags(words: str) -> int:
    """Return the flags that a list of words names; `UsageError` for a word that is none."""
    bits = 0
    for word in words.replace("+", ",").split(","):
        word = word.strip().lower().removeprefix("pam_")
        if not word:
            continue
        if word not in _FLAGS:
            raise UsageError(f"there is no flag `{word}`", did_you_mean(word, _FLAGS))
        bits |= _FLAGS[word]
    return bits


def _task(word: str, common: int) -> Task:
    name, _, modifiers = word.partition(":")
    name = name.strip().removeprefix("pam_")
    if name not in _PRIMITIVES:
        known = [*_PRIMITIVES, LOGIN]
        raise UsageError(f"there is no primitive `{name}`", did_you_mean(name, known))
    primitive = _PRIMITIVES[name]
    return Task(word, primitive, flags(modifiers) | common & ALLOWED[primitive])
