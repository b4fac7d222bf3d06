"""The policies that a Debian comes with, and the modules that policies name."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

SERVICES = ("sshd", "login", "su", "cron")
_COMMON = ("auth", "account", "password", "session", "session-noninteractive")


def policies() -> dict[str, str]:
    """Return the texts of a Debian's services by name, with `other` and what they include.

    They are those of this machine, or, where it is none with all of them, of `debian12` in the
    directory that the variable PAMKIT_CORPUS names.  `OSError` if neither has them.
    """
    names = (*SERVICES, "other", *(f"common-{facility}" for facility in _COMMON))
    corpus = os.environ.get("PAMKIT_CORPUS")
    places = ["/etc/pam.d", *([f"{corpus}/debian12/etc/pam.d"] if corpus else [])]
    for place in map(Path, places):
        if all((place / name).is_file() for name in names):
            return {name: (place / name).read_text() for name in names}
    raise OSError("there are no policies of a Debian; PAMKIT_CORPUS may name a directory with some")


def modules(texts: Iterable[str]) -> tuple[str, ...]:
    """Return the names of all modules that stand in policies, without `.so`."""
    lines = (line.partition("#")[0] for text in texts for line in text.splitlines())
    return tuple(sorted({name for line in lines for name in re.findall(r"(pam_\w+)\.so", line)}))
