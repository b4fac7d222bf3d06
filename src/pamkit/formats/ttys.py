"""The terminals of ttys(5): their names, and whether root may log in on them."""

from __future__ import annotations

PATH = "/etc/ttys"


def is_secure(data: bytes, terminal: str) -> bool:
    """Whether the first line for a terminal has the word `secure`, and none after it `insecure`.

    A line is `name program type words`; `program` and `type` may stand in double quotes.  A `#`
    begins a comment.  A line without all of them says nothing of security, which is no.
    """
    try:
        sought = terminal.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return False
    for line in data.split(b"\n"):
        fields = _fields(line)
        if fields and fields[0] == sought:
            said = [word for word in fields[3:] if word in (b"secure", b"insecure")]
            # C: the last word counts.
            return bool(said) and said[-1] == b"secure"
    return False


def _fields(line: bytes) -> list[bytes]:
    """Return the words of a line; blanks in double quotes are part of a word."""
    fields, word, is_open, is_word = [], bytearray(), False, False
    for byte in line:
        if byte == 0x22:
            is_open, is_word = not is_open, True
        elif is_open:
            word.append(byte)
        elif byte == 0x23:
            break
        elif byte in b" \t\r":
            if is_word:
                fields.append(bytes(word))
            word, is_word = bytearray(), False
        else:
            word.append(byte)
            is_word = True
    if is_word and not is_open:
        fields.append(bytes(word))
    return fields
