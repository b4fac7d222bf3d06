"""The bytes of a policy that is to be changed, and in words what makes them unusable."""

from __future__ import annotations

import errno

from pamkit.cli.policy_choice import LINK
from pamkit.stores.policy_files import MAX_POLICY

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.module.world import Files

_ADVICE = {
    errno.EACCES: "run this as root, or as whoever the file belongs to",
    errno.EPERM: "run this as root; `lsattr` says if the file is immutable",
    errno.EROFS: "the file is changed where the image of this file system is made",
    errno.EFBIG: "no policy is that long: name another file",
    errno.ENOENT: "name policies or directories of policies",
}


class Trouble(Exception):
    """What makes a file unusable: a sentence and a help line."""

    def __init__(self, sentence: str, help_line: str = "") -> None:
        """Say what is wrong, and what to do about it."""
        super().__init__(sentence)
        self.sentence, self.help_line = sentence, help_line


def trouble_of(fault: OSError, what: str) -> tuple[str, str]:
    """Return sentence and help line for what the system says; ``what`` could not be done."""
    reason = (fault.strerror or type(fault).__name__).lower()
    return f"{what}: {reason}", _ADVICE.get(fault.errno or 0, "")


def was_read(files: Files, path: str, *, follow: bool) -> bytes:
    """Return the bytes of a regular file; `OSError`, or `Trouble` if it is something else."""
    status, data = files.read_with_status(path, follow=follow, limit=MAX_POLICY)
    if status.kind == "link":
        raise Trouble(
            f"{LINK}, and is left as it is",
            "`--follow` lays out what it leads to, which other programs may have made",
        )
    if status.kind != "file":
        raise Trouble("not a regular file", _ADVICE[errno.ENOENT])
    return data


def with_text(data: bytes) -> str:
    """Return the text of a policy; `Trouble` if the bytes are none."""
    if len(data) > MAX_POLICY:
        raise Trouble(f"the text has more than {MAX_POLICY} bytes", _ADVICE[errno.EFBIG])
    if b"\0" in data:
        line, byte = _place(data, data.index(0))
        raise Trouble(
            f"line {line}, byte {byte}: a NUL byte, which no text has",
            "libpam stops reading the line there: remove it, or name another file",
        )
    try:
        return data.decode()
    except UnicodeDecodeError as wrong:
        line, byte = _place(data, wrong.start)
        raise Trouble(
            f"line {line}, byte {byte}: 0x{data[wrong.start]:02x} is no UTF-8",
            "if it is Latin-1, `iconv -f latin1 -t utf-8` makes UTF-8 of it",
        ) from None


def _place(data: bytes, at: int) -> tuple[int, int]:
    """Return line and byte of an offset, from 1."""
    return data.count(b"\n", 0, at) + 1, at - data.rfind(b"\n", 0, at)
