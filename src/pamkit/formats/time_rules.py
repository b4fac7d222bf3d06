"""The rules of `time.conf(5)` and `group.conf(5)`: fields, lists of names, times of the week.

A rule is a line of fields between `;`.  `#` begins a comment, and a `\\` at its end continues a
line.  A list joins names or times with `&` and `|`, from left to right and without precedence;
`!` denies the one that follows.

What cannot be read is not guessed at: the answer about it is `None`, which is no yes.  Nothing
here raises.

DIALECT: Linux-PAM reads fields through a window of 1000 bytes, and what does not fit is lost.
"""

from __future__ import annotations

from pamkit.formats.parsed_once import parsed_once
from pamkit.vocab.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pamkit.module.world import LocalTime

    Complain = Callable[[str], object]
    """Is given a sentence for the administrator: Linux-PAM's, where it has one."""


class Rule(Record):
    """One line that says something: its number, its fields, and what is wrong with it.

    A line with too few fields has those that something follows; one that lacks only its last
    field has all others.  ``complaints`` are Linux-PAM's words.
    """

    number: int
    fields: tuple[str, ...]
    complaints: tuple[str, ...] = ()


def read_rules(text: str, file: str, *, fields: int) -> tuple[Rule, ...]:
    """Return the rules of a file with that many fields each; ``file`` is named in complaints.

    Blanks are one blank inside of fields and none around them.  What follows too many fields on a
    line is read as another rule.  C: the end of the file ends no field, so that the last one of a
    file without a last newline is empty.
    """
    rules: list[Rule] = []
    number = 0
    for line, is_ended in _lines_of(text):
        left = _parts(line, is_ended=is_ended)
        while left:
            if not left[0]:
                if left[0] is None:
                    rules.append(Rule(number, (), (_LOST,)))
                left = left[1:]
                continue
            number += 1
            mine, left = left[:fields], left[fields:]
            rules.append(_rule(number, mine, fields, file, is_last=is_ended and not left))
    return tuple(rules)


def judge(
    words: str, holds: Callable[[str], bool | None], *, rule: int, complain: Complain
) -> bool | None:
    """Return what a list says, if ``holds`` answers for its members; `None` if it is unreadable.

    It is so as well if ``holds`` cannot read a member.  An empty list says no.  Characters that
    no name can have, and that C passes over without a word, are complained about.
    """
    said = False
    wants_name, is_denied, joins = True, False, "|"
    unreadable = False
    for word in _words(words, rule, complain):
        if not wants_name:
            if word not in ("&", "|"):
                complain(f"garbled syntax; expected & or | (rule #{rule})")
                return None
            wants_name, is_denied, joins = True, False, word
        elif word == "!":
            is_denied = not is_denied
        elif word in ("&", "|"):
            complain(f"garbled syntax; expected name (rule #{rule})")
            return None
        else:
            held = holds(word)
            unreadable = unreadable or held is None
            mine = bool(held) != is_denied
            said = said and mine if joins == "&" else said or mine
            wants_name = False
    return None if unreadable else said


def judge_name(words: str, name: str, *, rule: int, complain: Complain) -> bool | None:
    """Return what a list of names says of a name; see `judge`."""
    return judge(words, lambda member: is_named(name, member), rule=rule, complain=complain)


def judge_time(words: str, now: LocalTime, *, rule: int, complain: Complain) -> bool | None:
    """Return what a list of days and times says of a moment; see `judge`."""

    def holds(times: str) -> bool | None:
        return is_now(
            times,
            weekday=now.weekday,
            hour=now.hour,
            minute=now.minute,
            rule=rule,
            complain=complain,
        )

    return judge(words, holds, rule=rule, complain=complain)


def is_named(name: str, pattern: str) -> bool:
    """Whether a name is the one in a list; the first `*` there stands for anything.

    C: what is before and behind the `*` may overlap in the name, and a second `*` is none.
    """
    head, star, tail = pattern.partition("*")
    if not star:
        return name == pattern
    return name.startswith(head) and name.endswith(tail)


def is_now(
    times: str, *, weekday: int, hour: int, minute: int, rule: int, complain: Complain
) -> bool | None:
    """Whether a moment is in days and times like `MoTu0800-1700`; `None` if they are unreadable.

    A day that is named twice is not meant: `AlFr` is all days but Friday, `MoMo` no day.  If the
    end is not behind the beginning it is on the next day, and its minute belongs to the time.
    ``weekday`` counts from Monday, which is 0.

    DIALECT: Linux-PAM takes days without times, or with bad ones, for always; what it does not
    know for never, which `!` turns into always; and it overlooks what follows the times.
    """
    days = at = 0
    while times[at : at + 1].isalpha():
        code = times[at : at + 2].lower()
        if code not in _DAYS:
            complain(f"bad day specified (rule #{rule})")
            return None
        days ^= _DAYS[code]
        at += 2
    if not days:
        complain("no day specified")
        return False if at else None
    start, dash, end = times[at:].partition("-")
    if not dash or len(start) > 4 or len(end) != 4 or not (start + end).isdigit():
        complain(f"no/bad times specified (rule #{rule})")
        return None
    first, last, now = int(start or "0"), int(end), hour * 100 + minute
    today = bool(days >> weekday & 1)
    if first < last:
        return today and first <= now < last
    day_before = bool(days >> (weekday - 1) % 7 & 1)
    return (today and now >= first) or (day_before and now <= last)


_DAYS = {
    "mo": 0o001,
    "tu": 0o002,
    "we": 0o004,
    "th": 0o010,
    "fr": 0o020,
    "sa": 0o040,
    "su": 0o100,
    "wk": 0o037,
    "wd": 0o140,
    "al": 0o177,
}

_OPERATORS = frozenset("&|!")
_OF_NAMES = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789*_-./:")


_NOTHING = ("", "#")
"""What a line begins with that is empty, or a comment."""

_LOST = "field too long - ignored"
"""C: what is said of a field that nothing ends, however long it is."""


def _lines(text: str) -> Iterator[tuple[str, bool]]:
    """Yield lines without comments, continued ones joined, and whether something ends them."""
    joined = ""
    *ended, last = text.split("\n")
    for raw in ended:
        if not joined and raw[:1] in _NOTHING:
            continue  # most lines
        said, comment, _ = raw.partition("#")
        if not comment and raw.endswith("\\"):
            joined += raw[:-1]
            continue
        yield joined + said, True
        joined = ""
    said, comment, _ = last.partition("#")
    yield joined + said, bool(comment)


def _all_lines(text: str) -> tuple[tuple[str, bool], ...]:
    return tuple(_lines(text))


_lines_of = parsed_once(_all_lines)


def _parts(line: str, *, is_ended: bool) -> list[str | None]:
    """Return the fields of a line; `None` is one that is lost because nothing ends it."""
    *parts, last = line.split(";")
    found: list[str | None] = [_tidy(part) for part in parts]
    if is_ended:
        return [*found, _tidy(last)]
    return [*found, None] if last else found


def _rule(number: int, parts: list[str | None], count: int, file: str, *, is_last: bool) -> Rule:
    """Return the rule of these parts; ``is_last``: the line ends, as it should."""
    fields = [part for part in parts if part is not None]
    complaints = [_LOST] if len(fields) < len(parts) else []
    if len(parts) == count:
        if complaints:
            fields.append("")
        elif not is_last:
            complaints.append(f"{file}: poorly terminated rule #{number}")
    else:
        complaints.append(f"{file}: malformed rule #{number}")
        if is_last and len(fields) < count - 1:
            fields.pop()
    return Rule(number, tuple(fields), tuple(complaints))


def _tidy(part: str) -> str:
    """Return a field with one blank for many, and none around it or behind `!`."""
    words = part.replace("\t", " ").split(" ")
    return " ".join(word for word in words if word).replace("! ", "!")


def _words(words: str, rule: int, complain: Complain) -> Iterator[str]:
    """Yield names and operators."""
    at = 0
    while at < len(words):
        start = at
        while words[at : at + 1] and words[at] in _OF_NAMES:
            at += 1
        if at > start:
            yield words[start:at]
            continue
        if words[at] in _OPERATORS:
            yield words[at]
        elif words[at] not in " \r":
            complain(f"`{words[at]}` means nothing here (rule #{rule})")
        at += 1
