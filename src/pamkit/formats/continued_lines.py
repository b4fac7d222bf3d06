"""Lines of a configuration file, joined where one ends in `\\`, without comments.

The reading of Linux-PAM 1.7, which `pam_env.conf(5)` and `environment(5)` share.
"""

from __future__ import annotations

from pamkit.vocab.record import Record


class BadLine(Record):
    """A line that says nothing usable, and the complaint that Linux-PAM logs about it."""

    complaint: str


_NOTHING = ("", "#")
"""What a line begins with that is empty, or a comment."""


def continued_lines(text: str) -> list[str]:
    """Return the lines that say something, without the blanks they start with.

    A line ends in a newline unless a comment or the end of the file took it.  A file that ends
    inside a continued line loses that line.

    DIALECT: up to 1.5 blank lines and comments inside a continued line were skipped and leading
    blanks were kept, which made an indented line useless.
    """
    lines = []
    joined = ""
    for raw in text.removesuffix("\n").split("\n"):
        if not joined and raw[:1] in _NOTHING:
            continue  # most lines
        line = raw.partition("\0")[0] + "\n"
        body = line.rstrip(" \t\n")
        continues = body.endswith("\\")
        content = body[:-1] if continues else line
        piece, comment, _ = content.lstrip(" \t").partition("#")
        if continues and not comment:
            joined += piece
            continue
        if joined or piece not in ("", "\n"):
            lines.append(joined + piece)
        joined = ""
    return lines
