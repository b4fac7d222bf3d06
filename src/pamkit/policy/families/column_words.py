"""Text to words as Sun's libraries cut it: blanks and tabs part words, and nothing else counts.

Source: Solaris' and illumos' `pam.conf(5)`, and what illumos' and CDE's libraries do.
"""

from __future__ import annotations

from pamkit.policy.families.lines import Cut, Fault, Stretch, Text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.policy.families.grammar import Grammar

_BLANKS = " \t"


def column_lines(whole: str, file: str, grammar: Grammar) -> Iterator[Cut]:
    """Yield the lines of a policy text with their words; their ``raw`` joined is the text."""
    text = Text(whole, file)
    at, line = 0, 1
    while at < len(whole):
        far = at + grammar.longest if grammar.cuts_long else len(whole)
        end = whole.find("\n", at, far) + 1 or min(far, len(whole))
        if grammar.cuts_long:
            end = at + _most(whole, at, end, grammar.longest)
        stop = end - (whole[end - 1] == "\n")
        yield _line(text, at, end, stop, line, grammar)
        line += whole[end - 1] == "\n"
        at = end


def _line(text: Text, at: int, end: int, stop: int, line: int, grammar: Grammar) -> Cut:
    """Return the line from ``at`` to ``end``; what counts of it ends at ``stop``."""
    whole = text.whole
    goes_on = stop == end < len(whole) and whole[end] != "\n"
    fault = Fault.CUT_OFF if goes_on else Fault.NONE
    if at == stop or whole[at] == "#":
        return text.cut(at, end, line, [], comment=whole[at:stop], fault=fault)
    known = at + _most(whole, at, stop, grammar.longest)
    nul = whole.find("\0", at, known)
    words = _words(whole, at, known if nul < 0 else nul)  # C: a NUL ends the string
    if known < stop:
        fault = Fault.LONG
    if not words and grammar.stops_at_blank:
        fault = Fault.BLANK
    return text.cut(at, end, line, words, fault=fault)


def _words(whole: str, at: int, stop: int) -> list[Stretch]:
    words: list[Stretch] = []
    blanked = whole[at:stop].replace("\t", " ")
    start = 0
    while start < len(blanked):
        if blanked[start] == " ":
            start += 1
            continue
        end = blanked.find(" ", start)
        end = len(blanked) if end < 0 else end
        words.append(Stretch(at + start, at + end, blanked[start:end]))
        start = end
    return words


def _most(whole: str, at: int, end: int, most: int) -> int:
    """Return how many characters of a stretch take no more than ``most`` bytes; at least one."""
    if not most or _bytes(whole[at : min(end, at + most + 1)]) <= most:
        return end - at
    taken, place = _bytes(whole[at]), at + 1
    while (taken := taken + _bytes(whole[place])) <= most:
        place += 1
    return place - at


def _bytes(text: str) -> int:
    return len(text.encode("utf-8", "replace"))
