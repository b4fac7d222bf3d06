"""On what is known of modules a translation rests, in words, and where that was read."""

from __future__ import annotations

from functools import lru_cache

from pamkit.assembly import registry
from pamkit.cli.shown import shown
from pamkit.facts import LINUX, sheet_of
from pamkit.module.roster import ROSTERS
from pamkit.vocab.codes import CODE_COUNT, WORDS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from pamkit.analysis.translate_answers import Answers, Known
    from pamkit.analysis.translate_basis import Rest
    from pamkit.policy.dialect import Dialect


def basis_words(
    rests: Iterable[Rest], answers: Answers, source: Dialect, target: Dialect
) -> dict[int | None, tuple[str, ...]]:
    """Return, by the number of an old line, what its module is taken never to answer, and why."""
    found: dict[int | None, tuple[str, ...]] = {}
    for rest in rests:
        known = answers.lines[rest.number]
        said = f"{shown(known.there)} {_never(rest)} to {rest.primitive.name.lower()}"
        sources = "; ".join(dict.fromkeys(_sources(known, source, target)))
        found[rest.number] = (*found.get(rest.number, ()), f"{said} ({sources})")
    return found


_FEW = 6
"""Codes that are listed; where there are more, those are listed that are left."""


def _never(rest: Rest) -> str:
    if len(rest.never) <= _FEW:
        return f"never answers {_words(rest.never)}"
    return f"answers nothing but {_words(frozenset(range(CODE_COUNT)) - rest.never)}"


def _words(codes: Iterable[int]) -> str:
    return ", ".join(WORDS[code] for code in sorted(codes))


def _sources(known: Known, source: Dialect, target: Dialect) -> Iterable[str]:
    yield f"{source.name}: {_source(known.here, source)}"
    if known.taken:
        yield f"{target.name}: NOTHING IS KNOWN of it, it is taken to be the same module"
    else:
        yield f"{target.name}: {_source(known.there, target)}"


@lru_cache(maxsize=1024)
def _source(written: str, dialect: Dialect) -> str:
    """Return where it was read what a module answers."""
    modules = registry(dialect=dialect)
    if modules.find(written) is not None:
        return "pamkit's own module"
    systems = ROSTERS[dialect.name].systems if dialect.keywords else (LINUX,)
    sheets = (sheet_of(modules.name_of(written), system=system) for system in systems)
    return next((sheet.source for sheet in sheets if sheet is not None), "declared")
