"""What the fuzzer begins with: the examples on the pages of rules."""

from __future__ import annotations

import json
from collections.abc import Iterator

from pamkit.analysis.catalog import rule_files
from pamkit.analysis.rule import sections
from tests.analysis.trees import example

from .drawn import BETWEEN


def trees() -> Iterator[bytes]:
    """Yield the files of each example."""
    for file in rule_files():
        said = sections(file.page)
        for heading in ("Avoid", "Prefer"):
            texts = [text or "" for text in example(said[heading]).values()]
            yield BETWEEN.join(text.encode("utf-8", "surrogateescape") for text in texts)[:4096]


def texts() -> Iterator[bytes]:
    """Yield the files of the examples, each for itself."""
    for tree in trees():
        yield from tree.split(BETWEEN)


def arguments() -> Iterator[bytes]:
    """Yield the words behind modules in the examples, the module first."""
    for text in texts():
        for line in text.splitlines():
            _, dot, args = line.partition(b"pam_")
            if dot:
                yield dot + args


def baselines() -> Iterator[bytes]:
    """Yield a baseline, and texts that nearly are one."""
    row = {"rule": "permit-in-auth", "file": "/etc/pam.d/test", "line": "0" * 16, "count": 1}
    forms: tuple[object, ...] = (
        *({"schema": 1, "accepted": [row]}, {"schema": 2}, {"accepted": {}}),
        *([], 1),
    )
    for form in forms:
        yield json.dumps(form).encode()


def comments() -> Iterator[bytes]:
    """Yield policies with comments that allow something."""
    yield b"# pamkit: allow nullok, user-readenv -- the file is ours\nauth required pam_unix.so\n"
    yield b"auth required \\\n pam_unix.so nullok # pamkit: allow nullok,nullok\n"
    yield b"# pamkit: allow\n# pamkit: deny x\n#pamkit:allow ,,a\n"
