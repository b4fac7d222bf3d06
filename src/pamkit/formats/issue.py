r"""The text of an issue file, in which a backslash and a letter stand for something.

`\s` and its like are those of agetty(8), as far as pam_issue knows them; a letter that stands for
nothing stands for itself.  C: a NUL is nowhere in the text, and a backslash at its end is none.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

_BACKSLASH = b"\\"


def expanded(text: bytes, meaning: Callable[[str], bytes | None]) -> bytes:
    """Return a text with what its letters stand for; each is asked for once.

    ``meaning`` gets a letter and returns what it stands for, `None` if that is itself.
    """
    known: dict[bytes, bytes | None] = {b"": b""}
    shown, at = [], 0
    while (here := text.find(_BACKSLASH, at)) >= 0:
        letter = text[here + 1 : here + 2]
        if letter not in known:
            known[letter] = meaning(letter.decode("latin-1"))
        found = known[letter]
        shown += [text[at:here], letter if found is None else found]
        at = here + 2
    return b"".join([*shown, text[at:]]).replace(b"\0", b"")
