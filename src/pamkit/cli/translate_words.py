"""What is said of a translation: the run that shows what is not kept, and what differs a little."""

from __future__ import annotations

from textwrap import wrap

from pamkit.analysis.translate_runs import FOLLOWING, Kind
from pamkit.cli.shown import argument, shown
from pamkit.vocab.codes import CODE_COUNT, WORDS
from pamkit.vocab.facility import word

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.translate import Translated
    from pamkit.analysis.translate_answers import Answers as Known
    from pamkit.analysis.translate_runs import Answers, Parting
    from pamkit.policy.chain import Chain
    from pamkit.policy.dialect import Dialect
    from pamkit.vocab.facility import Facility

_SENTENCES = {
    Kind.LOOSER: "only the translation grants",
    Kind.STRICTER: "only the original grants",
    Kind.NO_UPDATE: "only one of them changes a password",
    Kind.MUST_CHANGE: "only one of them says that the password must be changed",
    Kind.CODE: "another code is told",
    Kind.ASKED: "a module is asked by only one of them",
}


def facility_words(
    service: str, facility: Facility, chain: Chain, found: Translated, target: Dialect
) -> tuple[str, ...]:
    """Return why a facility is refused, in lines; none if it is not."""
    if found.lines is not None:
        return ()
    head = f"{shown(service)}: {word(facility)}: not translated to {target.name}"
    if found.witness is None:
        return (f"{head}: {found.why}",)
    lines = [f"{head}: {_SENTENCES[found.witness.parting.kind]}"]
    lines.append("  the nearest lines:")
    for put in found.witness.lines:
        words = (put.control, shown(put.module.lstrip("+")), *map(argument, put.args))
        lines.append(f"    {' '.join(words)}")
    lines.append(f"  {_run(found.witness.parting, chain, target)}")
    return tuple(lines)


def note_words(
    facility: Facility, chain: Chain, found: Translated, known: Known, target: Dialect
) -> Iterator[str]:
    """Yield what differs although both grant alike."""
    head = word(facility)
    for parting in found.notes:
        yield f"{head}: {_SENTENCES[parting.kind]}, {_run(parting, chain, target)}"
    kept = {put.origin for put in found.lines or ()}
    for link in chain:
        if link.number not in kept:
            module = shown(link.module)
            where = f"line {link.span.line}, of {module}"
            yield f"{head}: {where}, is left out: the others do without it"
    for number, primitive in found.lacking:
        module = shown(known.lines[number].there)
        yield f"{head}: {module} has no function for {primitive.name.lower()} on {target.name}"
    for which in found.unsaid:
        what = "" if which in FOLLOWING.values() else "how a refusal is told in "
        yield f"{head}: {what}{which.words} was not compared, there is too much to look at"


def comment_lines(text: str) -> list[str]:
    """Return a comment in lines of its own, as every family has them."""
    return wrap(text, _WIDTH, initial_indent="# ", subsequent_indent="#   ")


_WIDTH = 100
"""Columns of a comment; Solaris takes no line of more than 255 bytes."""


def _run(parting: Parting, chain: Chain, target: Dialect) -> str:
    before = f"after {_answers(parting.before, chain)}, " if parting.before else ""
    asked = f"in {parting.which.words}: {before}{_answers(parting.answers, chain)}"
    if parting.kind is Kind.ASKED:
        return asked
    here = chain.rules.partition(" ")[0]
    old, new = (_code(code) for code in parting.codes)
    return f"{asked} -> {here} {old}, {target.name} {new}"


def _answers(answers: Answers, chain: Chain) -> str:
    links = {link.number: link for link in chain}
    said = (f"{shown(links[number].module)} {_code(code)}" for number, code in answers)
    return ", ".join(said) or "nobody answers"


def _code(code: int) -> str:
    return WORDS[code] if code < CODE_COUNT else "a code that is none"
