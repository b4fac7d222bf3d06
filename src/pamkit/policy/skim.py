"""Text to links in one pass, for a policy that is read in order to be run.

A login wants links, not trees: words with places, comments and findings are for people, and most
transactions end before anybody asks for them.  What is skimmed here is what nearly every line of
nearly every file is: a known facility, a known control, a module `….so`, plain words.  Of all else
`skimmed` asks the full reader (`policy.parser`), line by line, or says `None`: the file is one for
it alone.

INVARIANT: a skimmed file gives the links that the full reader gives, and the full reader finds
nothing odd in it.  Tests hold the two together on any text.
"""

from __future__ import annotations

from pamkit.policy.chain import Link, new_link
from pamkit.policy.control import ACTION_WORDS, KEYWORDS, Action
from pamkit.policy.dialect import DEBIAN, LINUX
from pamkit.policy.resolve import Loader, Policy, frozen, parsed_file, resolve
from pamkit.policy.words import LONGEST, MAX_LINES, ascii_lower, whole_line, words
from pamkit.vocab.codes import CODE_COUNT, CODES_BY_WORD
from pamkit.vocab.facility import FACILITY_WORDS
from pamkit.vocab.failure import PolicyError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from pamkit.policy.dialect import Dialect
    from pamkit.policy.resolve import Asked, File, Placed
    from pamkit.policy.source import Layout, PolicySource
    from pamkit.vocab.diagnostic import Finding
    from pamkit.vocab.span import Span

    Run = list[list[Link]]
    """Lines with modules that follow one another: the links of each facility, counted from 0."""

    Head = tuple[int, str, tuple[int, ...], str, bool]
    """What a line says up to its module: facility, module, actions, control, if it is quiet."""

_ODD = "\\\0\r\v\f\x1c\x1d\x1e\x1f"
"""What makes a line end, go on, or have other words than meets the eye."""

_BLANKS = (" ", "\t")
_SKIMMED = (DEBIAN, LINUX)
"""The dialects whose files can be skimmed; all others go the long way."""

_FIRST_WORDS = {
    sign + word: (int(facility), sign == "-")
    for sign in ("", "-")
    for word, facility in FACILITY_WORDS.items()
}
_ACTIONS = {word: -number for number, word in enumerate(ACTION_WORDS)}
_DIGITS = 9
"""A jump written with fewer fits, whatever it is."""

_MOST = 1024
"""Heads and controls that are remembered; real machines have a few dozen."""

_heads: dict[str, Head] = {}
_controls: dict[str, tuple[int, ...]] = {}


class Skimmed:
    """A file of which links were made in one pass, and nothing is odd.

    ``entries`` are its lines in order: those with modules as runs (a `Run`), all others as the full
    reader gives them (an `Entry`).
    """

    __slots__ = ("entries", "name", "text")

    complete = True
    findings: tuple[Finding, ...] = ()

    def __init__(self, name: str, text: str) -> None:
        """Keep the text for who asks for more than links."""
        self.name, self.text = name, text
        self.entries: list[Any] = []

    def span(self, line: int) -> Span:
        """Return the place of the entry in a line, which is that of its first word."""
        physical = self.text.split("\n")[line - 1]
        return words(whole_line(physical, line, 1), self.name)[0].span


def skimmed(text: str, name: str, dialect: Dialect = LINUX) -> Skimmed | None:
    """Return a file skimmed; `None` if it takes the full reader to say what it means.

    ``text`` and ``name`` are those of `policy.parser.parse`; the dialect is one of Linux-PAM.
    """
    lines = _plain_lines(text)
    if lines is None:
        return None
    comments, brackets = "#" in text, "[" in text
    file = Skimmed(name, text)
    run: Run = [[], [], [], []]
    for number, line in enumerate(lines, 1):
        if comments and line < "$" and (line >= "#" or not line):
            continue  # most of a real file
        if comments and "#" in line:
            line = line[: line.index("#")]
        before, found, rest = line.partition(".so")
        if found and (not rest or rest[0] in " \t") and not (brackets and "[" in rest):
            head = _heads.get(before) or _head(before)
            if head is not None:
                facility, module, actions, control, quiet = head
                links = run[facility]
                fields = (len(links), module, rest, actions, control, number, quiet, "", file)
                links.append(new_link(Link, fields))
                continue
        elif not line or line.isspace():
            continue
        read = parsed_file(line, name, dialect, first=number)
        if read.findings:
            return None
        file.entries += (run, *read.entries) if any(run) else read.entries
        run = [[], [], [], []]
    if any(run):
        file.entries.append(run)
    return file


def resolve_to_run(
    service: str, source: PolicySource, layout: Layout, dialect: Dialect, quirks: frozenset[str]
) -> tuple[Policy, Placed, Placed]:
    """Return what `resolve` does, and what is in place for the service and for `other`.

    Files are skimmed where that is enough; then the trees of the policy are made when somebody asks
    for them, out of what was read now.  Raises what `resolve` does.
    """
    if dialect in _SKIMMED:
        loader = Loader(source, layout, dialect, quirks, _skimmed_or_parsed)
        source = asked = loader.source
        try:
            loader.load(service)
        except PolicyError:
            pass  # the full reader says why and where, of the same readings
        else:
            asked.close()
            findings = tuple(loader.findings)
            later = _Later(service, {}, {}, (), findings, dialect, quirks, layout, asked, [])
            return later, frozen(loader.own), frozen(loader.other)
    policy = resolve(service, source, layout=layout, dialect=dialect, quirks=quirks)
    return policy, dict(policy.own), dict(policy.other)


class _Later(Policy):
    """A policy whose trees are made when somebody asks for them, out of what was read before."""

    layout: Layout
    asked: Asked
    made: list[Policy]

    def whole(self) -> Policy:
        """Return it with its trees."""
        if not self.made:
            made = resolve(
                self.service,
                self.asked,
                layout=self.layout,
                dialect=self.dialect,
                quirks=self.quirks,
            )
            self.made.append(made)
        return self.made[0]

    def __eq__(self, other: object) -> bool:
        """Equal to a policy that is the same when all is made."""
        return self.whole() == (other.whole() if isinstance(other, _Later) else other)

    __hash__ = None  # type: ignore[assignment]  # as that of any policy: it holds dictionaries

    def __repr__(self) -> str:
        """The policy with all that is in it."""
        return repr(self.whole())


_Later.own = property(lambda later: later.whole().own)  # type: ignore[assignment]  # reads as a field
_Later.other = property(lambda later: later.whole().other)  # type: ignore[assignment]  # reads as a field
_Later.files = property(lambda later: later.whole().files)  # type: ignore[assignment]  # reads as a field


def _skimmed_or_parsed(
    text: str, name: str, dialect: Dialect, *, with_service: bool, quirks: frozenset[str]
) -> File:
    file = None if with_service else skimmed(text, name, dialect)
    return file or parsed_file(text, name, dialect, with_service=with_service, quirks=quirks)


def _plain_lines(text: str) -> list[str] | None:
    """Return the lines of a text, if they are what every libpam and every reader cuts."""
    for odd in _ODD:
        if odd in text:
            return None
    lines = text.split("\n")
    if len(lines) > MAX_LINES:
        return None
    if not text.isascii():
        text = text.encode("utf-8", "replace").decode("latin-1")  # a character for each byte
        lines = [line.partition("#")[0] for line in lines]
        if not "".join(lines).isascii():
            return None  # Python knows more blanks than libpam
    at, end = 0, len(text)
    while end - at > LONGEST:
        at = text.rfind("\n", at, at + LONGEST) + 1
        if at == 0:
            return None
    return lines


def _head(before: str) -> Head | None:
    """Return what a line says whose module ends after ``before``; `None` if that takes more."""
    first, bracket, rest = before.partition("[")
    if bracket:
        inside, closed, rest = rest.partition("]")
        if not closed or "[" in rest or first[-1:] not in _BLANKS:
            return None
        found = [*first.split(), "[" + inside + "]", *rest.split()]
    else:
        found = before.split()
    if len(found) != 3 or before[-1] in _BLANKS:
        return None
    first, control, module = found
    facility = _FIRST_WORDS.get(first) or _FIRST_WORDS.get(ascii_lower(first))
    actions = _controls.get(control) or _actions(control)
    if facility is None or actions is None or module[-1] in "/?":
        return None  # a module may be without a name, at which libpam gives up
    if len(_heads) >= _MOST:
        _heads.clear()
    head = _heads[before] = (facility[0], module + ".so", actions, control, facility[1])
    return head


def _actions(control: str) -> tuple[int, ...] | None:
    """Return what a control as written does; `None` if it is none that all know."""
    is_bracketed = control[0] == "["
    text = control[1:-1] if is_bracketed else control
    actions = KEYWORDS.get(text)
    if actions is None and is_bracketed:
        actions = _pairs(text)
    if actions is None:
        actions = KEYWORDS.get(ascii_lower(text))
    if actions is None:
        return None
    if len(_controls) >= _MOST:
        _controls.clear()
    _controls[control] = actions
    return actions


def _pairs(text: str) -> tuple[int, ...] | None:
    """Return what pairs of value and action do, each of them a word; `None` if they are others."""
    rest: int | None = None
    named: list[tuple[int, int]] = []
    for pair in text.split():
        value, _, word = pair.partition("=")
        if word in _ACTIONS:
            action = _ACTIONS[word]
        elif len(word) < _DIGITS and word.isdecimal() and int(word) > 0:
            action = int(word)
        else:
            return None
        if value in CODES_BY_WORD:
            named.append((CODES_BY_WORD[value], action))
        elif value != "default":
            return None
        elif rest is None:
            rest = action
    actions = [Action.BAD if rest is None else rest] * CODE_COUNT
    for code, action in named:
        actions[code] = action
    return tuple(actions)
