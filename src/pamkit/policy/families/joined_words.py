"""Text to words as macOS cuts it: `#` ends a line anywhere, `\\` at its end joins it, no quotes.

Source: macOS' `pam.conf(5)`, `openpam_readline(3)`, and what Apple's library does.
"""

from __future__ import annotations

from pamkit.policy.families.lines import Cut, Stretch, Text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_WHITE = " \t\n\v\f\r"  # C: isspace


def joined_lines(whole: str, file: str) -> Iterator[Cut]:
    """Yield the lines of a policy text with their words; their ``raw`` joined is the text."""
    text = Text(whole, file)
    words: list[Stretch] = []
    comment = ""
    begin, at, first, line = 0, 0, 1, 1
    while at < len(whole):
        end = whole.find("\n", at) + 1 or len(whole)
        sign = whole.find("#", at, end)
        stop = end if sign < 0 else sign
        comment = whole[stop:end].rstrip("\n") or comment
        words += _words(whole, at, stop)
        at, line = end, line + 1
        if words and whole[end - 1] == "\n" and words[-1].meaning.endswith("\\"):
            _drop_backslash(words)
            if words:
                continue
        yield text.cut(begin, end, first, _seen(words), comment=comment)
        words, comment, begin, first = [], "", end, line
    if words:
        yield text.cut(begin, at, first, _seen(words), comment=comment)


def _words(whole: str, at: int, stop: int) -> Iterator[Stretch]:
    """Yield the words between two places."""
    start = -1
    for place in range(at, stop):
        white = whole[place] in _WHITE
        if start < 0 and not white:
            start = place
        elif start >= 0 and white:
            yield Stretch(start, place, whole[start:place])
            start = -1
    if start >= 0:
        yield Stretch(start, stop, whole[start:stop])


def _drop_backslash(words: list[Stretch]) -> None:
    """Take the last backslash off the last word, and the word away if that was all of it."""
    last = words.pop()
    if last.meaning != "\\":
        words.append(Stretch(last.start, last.end - 1, last.meaning[:-1]))


def _seen(words: list[Stretch]) -> list[Stretch]:
    """Return the words up to a NUL byte: what is behind it is never seen."""
    for place, word in enumerate(words):
        seen, nul, _ = word.meaning.partition("\0")
        if nul:
            cut = Stretch(word.start, word.start + len(seen), seen)
            return [*words[:place], cut] if seen else words[:place]
    return words
