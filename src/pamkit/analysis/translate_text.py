"""Translated lines as the text of a policy, read back to be sure of every word."""

from __future__ import annotations

from pamkit.analysis.translate_names import OPTIONS, added_name, is_misleading, named
from pamkit.policy.families.grammar import GRAMMARS, Writing
from pamkit.policy.parser import parse
from pamkit.vocab.diagnostic import shown
from pamkit.vocab.facility import Facility, word
from pamkit.vocab.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.analysis.translate_lines import Put
    from pamkit.policy.dialect import Dialect


class Text(Record):
    """The lines of a facility, and what is to be said of them.

    ``lines`` are without line ends.  ``unwritable`` is a line that the target cannot write, as it
    would have to stand; empty if there is none.  ``why`` says what is wrong with it.
    """

    lines: tuple[str, ...]
    notes: tuple[str, ...]
    unwritable: str = ""
    why: str = "cannot write"


def text_of(
    lines: tuple[Put, ...],
    facility: Facility,
    source: Dialect,
    target: Dialect,
    *,
    service: str = "",
) -> Text:
    """Return translated lines as a policy of the target; with ``service`` for a pam.conf."""
    found: list[str] = []
    notes: list[str] = []
    for put in lines:
        module = _module(put, facility, source, target, notes)
        for arg in put.args:
            if arg.partition("=")[0] not in OPTIONS and not _are_relatives(source, target):
                notes.append(f"{module}: the option `{shown(arg)}` stays as it is")
        words = (put.control, module, *(_written(arg, target) for arg in put.args))
        line = " ".join((*(service,) * bool(service), word(facility), *words))
        if put.origin is not None and is_misleading(put.module, source, target):
            return Text((), (), line, "has another module of that name, and would ask it:")
        if not _is_read_so(line, put, module, target, with_service=bool(service)):
            return Text((), (), line)
        found.append(line)
    return Text(tuple(found), tuple(dict.fromkeys(notes)))


def _module(
    put: Put, facility: Facility, source: Dialect, target: Dialect, notes: list[str]
) -> str:
    if put.origin is None:
        return added_name(put.module, target)
    found = named(put.module, facility, source, target)
    if found.note:
        notes.append(f"{found.written}: {found.note}")
    return found.written


def _are_relatives(source: Dialect, target: Dialect) -> bool:
    """Whether both have the same modules."""
    return bool(source.keywords) is bool(target.keywords) and _writing(source) is _writing(target)


def _writing(dialect: Dialect) -> Writing | None:
    return GRAMMARS[dialect.name].writing if dialect.keywords else None


_TROUBLE = frozenset(" \t\n\v\f\r\"'\\#")


def _written(arg: str, target: Dialect) -> str:
    """Return an argument with what holds it together, where the family has that."""
    writing = _writing(target)
    if writing is None and (" " in arg or "\t" in arg or arg.startswith("[")):
        return f"[{arg.replace(']', chr(92) + ']')}]"
    if writing is Writing.SHELL and _TROUBLE.intersection(arg):
        return "'" + arg.replace("'", "'\\''") + "'"
    return arg


def _is_read_so(line: str, put: Put, module: str, target: Dialect, *, with_service: bool) -> bool:
    """Whether the target reads a line as it is meant."""
    file = parse(f"{line}\n", "line", target, with_service=with_service)
    if len(file.entries) != 1 or file.findings or not file.complete:
        return False
    (entry,) = file.entries
    return (
        not entry.must_fail
        and entry.control.actions == put.actions
        and entry.target is not None
        and entry.target.text == module
        and tuple(arg.text for arg in entry.args) == put.args
    )
