"""One transaction to be played twice: policy files, calls, and what came of them."""

from __future__ import annotations

from typing import NamedTuple

CONF = "/~conf"
"""Stands for the private directory that holds the case's files, in file texts."""

MODULES = "/~modules"
"""Stands for the directory that holds the system's own modules, in file texts."""

SET_SERVICE = "set_service"
"""The call that is no primitive: ``pam_set_item(PAM_SERVICE, ...)``."""

Call = tuple[str, int | str]
"""The name of a primitive and its flags; or `SET_SERVICE` and a name."""


class Case(NamedTuple):
    """A service, its files by name, and the calls an application makes.

    A directory called ``dir`` is always there beside the files.
    """

    service: str
    files: dict[str, bytes]
    calls: tuple[Call, ...]


class Heard(NamedTuple):
    """One message of a conversation."""

    style: int
    text: bytes


class Result(NamedTuple):
    """What `pam_start` returned, and code and messages of each call after it."""

    start: int
    calls: tuple[tuple[int, tuple[Heard, ...]], ...]


def shown(case: Case) -> str:
    """Return a case for a person to read."""
    lines = [f"service {case.service!r}"]
    for name, text in sorted(case.files.items()):
        lines.append(f"--- {CONF}/{name}")
        lines += [repr(line)[1:] for line in text.splitlines(keepends=True)]
    lines.append("--- calls")
    lines += [
        f"{name}({value!r})" if name == SET_SERVICE else f"{name}({value:#x})"
        for name, value in case.calls
    ]
    return "\n".join(lines)


def compared(case: Case, libpam: Result, ours: Result) -> str:
    """Return two results of a case side by side, different rows marked."""
    rows = [("start", str(libpam.start), str(ours.start))]
    for at, (name, _) in enumerate(case.calls):
        rows.append((name, _outcome(libpam, at), _outcome(ours, at)))
    return "\n".join(
        f"{'  ' if theirs == mine else '! '}{name:<14} libpam: {theirs}\n{'':<16} pamkit: {mine}"
        for name, theirs, mine in rows
    )


def _outcome(result: Result, at: int) -> str:
    if at >= len(result.calls):
        return "(not called)"
    code, heard = result.calls[at]
    return f"{code} {[(style, text.decode('ascii', 'replace')) for style, text in heard]}"
