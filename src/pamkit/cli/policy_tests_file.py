"""A file of situations and what is expected in them: TOML, and what is wrong with it.

At the top may stand `root` or `confdir` (directories, relative to the file) and `dialect`.  The
rest are tables: `case`, `user`, `situation`, `expect` and `claim`; see `docs/policy-tests.md`.
"""

from __future__ import annotations

import os
import re
import tomllib

from pamkit.analysis.circumstance import USER, VALUES
from pamkit.analysis.claim_names import EVERY, FAMILIES, claim_named
from pamkit.analysis.supposed import Said, day_of, said
from pamkit.cli.shown import shown
from pamkit.cli.usage import UsageError
from pamkit.policy.dialect import DIALECT_NAMES
from pamkit.policy.suggest import did_you_mean
from pamkit.vocab.codes import CODES_BY_WORD
from pamkit.vocab.facility import Primitive
from pamkit.vocab.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from pamkit.analysis.claims import Claim

LOGIN = "login"
"""What a word is expected of that is said of no call: of the whole login."""

GRANTED, REFUSED, NOT_CALLED = "granted", "refused", "not_called"
"""What can be expected besides a code: success, anything else, and that it does not come to it."""

_CALLS = tuple(primitive.name.lower() for primitive in Primitive)
_LARGEST = 16 * 1024 * 1024


class Case(Record):
    """A login: its service, the day, what modules answer, and what is expected of each call."""

    name: str
    service: str
    user: str
    situation: str
    day: Mapping[str, str]
    said: tuple[Said, ...]
    expected: Mapping[str, str]
    at: str


class ClaimCase(Record):
    """A claim about a service, and whether it is expected to hold."""

    service: str
    claim: Claim
    holds: bool
    at: str


class Situations(Record):
    """What a file says: where the policies are, and what is expected of them."""

    path: str
    root: str
    confdir: str | None
    dialect: str | None
    cases: tuple[Case | ClaimCase, ...]


class _Person(Record):
    """A user or a situation: what is given, and what modules answer."""

    name: str
    given: dict[str, str]
    said: tuple[Said, ...]


def situations(path: str, root: str | None = None) -> Situations:
    """Return what a file says; ``root`` is taken in place of its own.  Raises `UsageError`."""
    return _Reader(path, _parsed(path)).situations(root)


def _parsed(path: str) -> dict[str, Any]:
    try:
        with open(path, "rb") as file:
            data = file.read(_LARGEST + 1)
    except OSError as fault:
        reason = (fault.strerror or type(fault).__name__).lower()
        raise UsageError(f"`{shown(path)}`: {reason}") from None
    if len(data) > _LARGEST:
        raise UsageError(f"`{shown(path)}` has more than {_LARGEST} bytes")
    try:
        return tomllib.loads(data.decode())
    except UnicodeDecodeError as odd:
        line = data.count(b"\n", 0, odd.start) + 1
        raise UsageError(f"{shown(path)}:{line}: the text is no UTF-8") from None
    except tomllib.TOMLDecodeError as odd:
        reason, _, place = str(odd).rpartition(" (at ")
        found = _PLACE.search(place)
        # What is missing at the end is missing in the last line.
        where = f"{found[1]}:{found[2]}" if found else str(data.rstrip().count(b"\n") + 1)
        text = shown(reason or place)
        raise UsageError(f"{shown(path)}:{where}: {text[:1].lower()}{text[1:]}", _TOML) from None
    except ValueError:  # a number of more digits than there is room for
        raise UsageError(f"`{shown(path)}` has a number of too many digits") from None
    except RecursionError:
        raise UsageError(f"`{shown(path)}` has too many brackets in one another") from None


_PLACE = re.compile(r"line (\d+), column (\d+)")
_TOML = "the file is read as TOML: texts stand in quotes, tables begin with [[case]]"


class _Reader:
    """Takes a document apart, and says where something is wrong with it."""

    def __init__(self, path: str, document: dict[str, Any]) -> None:
        self._path, self._document = path, document

    def situations(self, root: str | None) -> Situations:
        self._keys(self._document, "", _TOP)
        users = {each.name: each for each in self._persons("user")}
        when = {each.name: each for each in self._persons("situation")}
        cases: list[Case | ClaimCase] = [
            *self._cases(users),
            *self._expected(users, when),
            *self._claims(),
        ]
        if not cases:
            raise self._wrong(
                "", "there is nothing to test", "expected [[case]], [[expect]] or [[claim]]"
            )
        here = os.path.dirname(os.path.abspath(self._path))
        dialect = self._text(self._document, "dialect", "") or None
        if dialect is not None and dialect not in DIALECT_NAMES:
            raise self._wrong(
                "dialect",
                f"there is no dialect `{shown(dialect)}`",
                did_you_mean(dialect, DIALECT_NAMES),
            )
        confdir = None if root is not None else self._directory("confdir", here)
        below = root if root is not None else self._directory("root", here)
        return Situations(self._path, below or "/", confdir, dialect, tuple(cases))

    def _directory(self, key: str, here: str) -> str | None:
        named = self._text(self._document, key, "")
        if not named:
            return None
        path = os.path.normpath(os.path.join(here, named))
        if not os.path.isdir(path):
            raise self._wrong(key, f"`{shown(path)}` is no directory")
        return path

    def _persons(self, table: str) -> Iterator[_Person]:
        seen = set()
        for at, form in self._tables(table):
            self._keys(form, at, KEYS[table])
            name = self._needed(form, "name", at)
            if name in seen:
                raise self._wrong(f"{at}.name", f"`{shown(name)}` is there already")
            seen.add(name)
            given = self._given(form, at)
            if "kind" in form:
                kind = self._text(form, "kind", at)
                if kind not in VALUES[USER]:
                    raise self._wrong(
                        f"{at}.kind",
                        f"there is no kind of user `{shown(kind)}`",
                        did_you_mean(kind, VALUES[USER]),
                    )
                given[USER] = kind
            elif table == "user" and name in VALUES[USER]:
                given.setdefault(USER, name)
            yield _Person(name, given, self._said(form, at))

    def _cases(self, users: dict[str, _Person]) -> Iterator[Case]:
        for at, form in self._tables("case"):
            self._keys(form, at, KEYS["case"])
            service = self._needed(form, "service", at)
            user = self._user(self._text(form, "user", at), users, f"{at}.user")
            given = {**user.given, **self._given(form, at)}
            expected = self._verdicts(form.get("expect"), f"{at}.expect")
            words = (*user.said, *self._said(form, at))
            name = self._text(form, "name", at) or f"{service}: {at}"
            yield Case(name, service, user.name, "", self._day(given), words, expected, at)

    def _expected(self, users: dict[str, _Person], when: dict[str, _Person]) -> Iterator[Case]:
        for at, form in self._tables("expect"):
            self._keys(form, at, KEYS["expect"])
            expected = self._verdicts(form.get("verdict"), f"{at}.verdict")
            for service in self._list(form, "service", at, needed=True):
                for user_name in self._list(form, "user", at) or [""]:
                    user = self._user(user_name, users, f"{at}.user")
                    for name in self._list(form, "situation", at) or [""]:
                        if name and name not in when:
                            raise self._wrong(
                                f"{at}.situation",
                                f"there is no situation `{shown(name)}`",
                                did_you_mean(name, when) if when else "expected a [[situation]]",
                            )
                        there = when.get(name, _NOTHING)
                        title = ", ".join(filter(None, (service, user.name, name)))
                        day = self._day({**user.given, **there.given})
                        words = (*user.said, *there.said)
                        yield Case(title, service, user.name, name, day, words, expected, at)

    def _claims(self) -> Iterator[ClaimCase]:
        for at, form in self._tables("claim"):
            self._keys(form, at, KEYS["claim"])
            holds = form.get("holds", True)
            if not isinstance(holds, bool):
                raise self._wrong(f"{at}.holds", "expected true or false")
            names = self._list(form, "claims", at, needed=True)
            for service in self._list(form, "service", at, needed=True):
                for number, name in enumerate(names, 1):
                    claim = claim_named(name)
                    if claim is None:
                        near = did_you_mean(name, EVERY)
                        families = ", ".join(f"{start}pam_x" for start in FAMILIES)
                        raise self._wrong(
                            f"{at}.claims[{number}]",
                            f"there is no claim `{shown(name)}`",
                            near
                            if near.startswith("did")
                            else f"expected {families} or another of `pamkit verify --claims`",
                        )
                    yield ClaimCase(service, claim, holds, at)

    def _user(self, name: str, users: dict[str, _Person], at: str) -> _Person:
        if name in users:
            return users[name]
        if users and name and name not in VALUES[USER]:
            raise self._wrong(
                at, f"there is no user `{shown(name)}`", did_you_mean(name, [*users, *VALUES[USER]])
            )
        # A name is that of a kind or, without tables of users, of a local user.
        return _Person(name, {USER: name} if name in VALUES[USER] else {}, ())

    def _verdicts(self, form: Any, at: str) -> dict[str, str]:
        """Return what is expected of each call: a word is expected of the whole login."""
        if form is None:
            raise self._wrong(at, "expected what is to come of it", _VERDICTS)
        if isinstance(form, str):
            return {LOGIN: self._word(form, at, (GRANTED, REFUSED))}
        if not isinstance(form, dict) or not form:
            raise self._wrong(at, "expected a word or a table", _VERDICTS)
        found = {}
        for call, word in form.items():
            key = f"{at}.{shown(call)}"
            if call not in (*_CALLS, LOGIN):
                raise self._wrong(
                    key, f"there is no call `{shown(call)}`", did_you_mean(call, (*_CALLS, LOGIN))
                )
            if not isinstance(word, str):
                raise self._wrong(key, "expected a word", _VERDICTS)
            found[call] = self._word(word, key, (GRANTED, REFUSED, NOT_CALLED))
        return found

    def _word(self, word: str, at: str, others: tuple[str, ...]) -> str:
        if word not in CODES_BY_WORD and word not in others:
            known = (*others, *CODES_BY_WORD)
            raise self._wrong(at, f"`{shown(word)}` is no verdict", did_you_mean(word, known))
        return GRANTED if word == "success" else word

    def _given(self, form: Mapping[str, Any], at: str) -> dict[str, str]:
        given = self._table(form, "given", at)
        for name, value in given.items():
            key = f"{at}.given.{shown(name)}"
            if name not in VALUES:
                raise self._wrong(
                    key, f"there is no circumstance `{shown(name)}`", did_you_mean(name, VALUES)
                )
            if value not in VALUES[name]:
                raise self._wrong(
                    key,
                    f"{shown(name)} cannot be `{shown(str(value))}`",
                    did_you_mean(str(value), VALUES[name]),
                )
        return given

    def _day(self, given: Mapping[str, str]) -> dict[str, str]:
        return day_of([f"{name}={value}" for name, value in given.items()])

    def _said(self, form: Mapping[str, Any], at: str) -> tuple[Said, ...]:
        found: list[Said] = []
        for name, value in self._table(form, "set", at).items():
            # `pam_unix.acct_mgmt = "acct_expired"` is a table in a table.
            words = value if isinstance(value, dict) else {"": value}
            for call, word in words.items():
                written = f"{name}.{call}" if call else name
                key = f"{at}.set.{shown(written)}"
                if not isinstance(word, str):
                    raise self._wrong(key, "expected a code in quotes")
                for code in word.split("/"):
                    if code not in CODES_BY_WORD:
                        hint = did_you_mean(code, CODES_BY_WORD)
                        raise self._wrong(key, f"`{shown(code)}` is no code", hint)
                try:
                    found.append(said(f"{written}={word}"))
                except ValueError as odd:
                    raise self._wrong(key, shown(str(odd))) from None
        return tuple(found)

    def _tables(self, name: str) -> Iterator[tuple[str, dict[str, Any]]]:
        forms = self._document.get(name, [])
        if not isinstance(forms, list) or not all(isinstance(form, dict) for form in forms):
            raise self._wrong(name, f"expected tables: [[{name}]]")
        for number, form in enumerate(forms, 1):
            yield f"{name}[{number}]", form

    def _table(self, form: Mapping[str, Any], key: str, at: str) -> dict[str, Any]:
        found = form.get(key, {})
        if not isinstance(found, dict):
            raise self._wrong(f"{at}.{key}", 'expected a table, as in { name = "value" }')
        return dict(found)

    def _list(
        self, form: Mapping[str, Any], key: str, at: str, *, needed: bool = False
    ) -> list[str]:
        """Return a text or a list of texts as a list."""
        found = form.get(key, [])
        found = [found] if isinstance(found, str) else found
        if not isinstance(found, list) or not all(isinstance(each, str) and each for each in found):
            raise self._wrong(f"{at}.{key}", "expected a text in quotes, or a list of such")
        if needed and not found:
            raise self._wrong(at, f"expected `{key}`")
        return found

    def _needed(self, form: Mapping[str, Any], key: str, at: str) -> str:
        found = self._text(form, key, at)
        if not found:
            raise self._wrong(at, f"expected `{key}`")
        return found

    def _text(self, form: Mapping[str, Any], key: str, at: str) -> str:
        found = form.get(key, "")
        if not isinstance(found, str):
            raise self._wrong(f"{at}.{key}" if at else key, "expected a text in quotes")
        return found

    def _keys(self, form: Mapping[str, Any], at: str, known: tuple[str, ...]) -> None:
        for key in form:
            if key not in known:
                path = f"{at}.{shown(key)}" if at else shown(key)
                raise self._wrong(path, f"there is no key `{shown(key)}`", did_you_mean(key, known))

    def _wrong(self, at: str, sentence: str, help_line: str = "") -> UsageError:
        place = f"{shown(self._path)}: {at}" if at else shown(self._path)
        return UsageError(f"{place}: {sentence}", help_line)


_NOTHING = _Person("", {}, ())

KEYS = {
    "case": ("name", "service", "user", "given", "set", "expect"),
    "user": ("name", "kind", "given", "set"),
    "situation": ("name", "given", "set"),
    "expect": ("service", "user", "situation", "verdict"),
    "claim": ("service", "claims", "holds"),
}
"""The tables of a file, and what may stand in each."""

_TOP = ("root", "confdir", "dialect", *KEYS)

_VERDICTS = 'as in "granted", "refused", "perm_denied", or { authenticate = "auth_err" }'
