"""What a list made by other means has found in the corpus, row by row, is found here as well.

The list knows less of modules: every credential module fails with the same four codes there, and
no line hangs on another.  `control_flow` is asked the same question; where the answer differs, the
row belongs to a class of `docs/lint.md`, which is computed, not listed.
"""

from __future__ import annotations

from collections import Counter
from functools import cache
from typing import NamedTuple

import pytest

from pamkit.analysis.absent import PartSource, absent_file
from pamkit.analysis.catalog import rule_file
from pamkit.analysis.control_flow import Flow, flow
from pamkit.analysis.tree import Tree, read_tree
from pamkit.module.facts import PROVES_IDENTITY, PROVES_POSSESSION, PROVES_TRAIT
from pamkit.policy.chain import Chain, Link
from pamkit.policy.compile import compile_policy, jump_findings
from pamkit.policy.dialect import DEBIAN, LINUX, Dialect
from pamkit.policy.resolve import resolve
from pamkit.policy.source import Layout
from pamkit.vocab.codes import WORDS
from pamkit.vocab.facility import Facility, Primitive
from tests.analysis.trees import ListedMemory, known
from tests.conftest import CORPUS

pytestmark = pytest.mark.needs("corpus")

CALLS = {
    Facility.AUTH: Primitive.AUTHENTICATE,
    Facility.ACCOUNT: Primitive.ACCT_MGMT,
    Facility.PASSWORD: Primitive.CHAUTHTOK,
    Facility.SESSION: Primitive.OPEN_SESSION,
}

FOUR = {"auth_err", "authinfo_unavail", "perm_denied", "user_unknown"}
"""What every credential module is refused with on that list."""

PROOFS = (PROVES_IDENTITY, PROVES_POSSESSION, PROVES_TRAIT)

CLASSES = {
    "same": 457,
    "same, another run": 32,
    "same, other codes": 6,
    "an `@include` counts for every facility there": 342,
    "its success proves something": 1,
}
"""How many rows there are of each class."""


class Row(NamedTuple):
    root: str
    service: str
    facility: Facility
    kind: str
    detail: str


def _rows() -> list[Row]:
    lines = (CORPUS / "KNOWN-FINDINGS.tsv").read_text().splitlines()[1:]
    rows = (line.split("\t") for line in lines)
    return [Row(root, name, Facility[word.upper()], *rest) for root, name, word, *rest in rows]


@cache
def _source(root: str) -> tuple[ListedMemory, Dialect]:
    files = {
        f"{directory}/{path.name}": path.read_bytes().decode("utf-8", "surrogateescape")
        for directory in Layout().directories
        for path in sorted(CORPUS.joinpath(root + directory).glob("*"))
        if path.is_file()
    }
    at_include = any("\n@include" in f"\n{text}" for text in files.values())
    return ListedMemory(files), DEBIAN if at_include else LINUX


@cache
def _chains(root: str, service: str) -> dict[Facility, Chain]:
    source, dialect = _source(root)
    part = PartSource(source, Layout(), service)
    return compile_policy(resolve(service, part, dialect=dialect))


@cache
def _flow(root: str, service: str, facility: Facility) -> Flow:
    chain = _chains(root, service)[facility]
    return flow(chain, CALLS[facility], known(), every_code=True)


@cache
def _missing(root: str) -> frozenset[str]:
    """Return the names of files that the rule misses in a tree."""
    source, dialect = _source(root)
    tree: Tree = read_tree(source, known(), dialect=dialect)
    return frozenset(
        found.message.split("`")[1] for found in rule_file("missing-include").find(tree)
    )


def _place(link: Link) -> str:
    file = link.span.file.rpartition("/")[2]
    return f"{file}:{link.span.line} {link.module.rpartition('/')[2]}"


def _dead(row: Row) -> str:
    found = {_place(link) for link in _flow(*row[:3]).dead if not absent_file(link.module)}
    # An include that is not there is a line of that list.
    wanted = {place for place in row.detail.split(";") if " ?" not in place}
    return "same" if found == wanted else ""


def _never_succeeds(row: Row) -> str:
    found = _flow(*row[:3])
    if found.can_grant:
        return ""
    codes = {WORDS[code] for code in found.refusals}
    wanted = set(row.detail.split(","))
    if codes == wanted:
        return "same"
    return "same, other codes" if wanted >= FOUR else ""


def _opens(row: Row) -> str:
    run = _flow(*row[:3]).unproved
    steps = [f"{step.link.module.rpartition('/')[2]}:{WORDS[step.outcome.code]}" for step in run]
    if steps:
        return "same" if " > ".join(steps) == row.detail else "same, another run"
    yes = {each.partition(":")[0] for each in row.detail.split(" > ") if ":success" in each}
    stated = [declaration for name in yes if (declaration := known()(name)) is not None]
    proves = [any(fact in each.facts for fact in PROOFS) for each in stated]
    return "its success proves something" if any(proves) else ""


def _missing_include(row: Row) -> str:
    wanted = set(row.detail.split(","))
    chains = _chains(row.root, row.service)
    here = {absent_file(link.module) for link in chains[row.facility]} - {""}
    # The rule tells of the first of them: there libpam gives the service up.
    if not wanted & _missing(row.root):
        return ""
    if here == wanted:
        return "same"
    everywhere = {absent_file(link.module) for chain in chains.values() for link in chain}
    return "an `@include` counts for every facility there" if wanted <= everywhere else ""


def _overrun(row: Row) -> str:
    found = jump_findings(_chains(row.root, row.service)[row.facility])
    places = [f"{each.span.file.rpartition('/')[2]}:{each.span.line} " for each in found]
    return "same" if any(map(row.detail.startswith, places)) else ""


JUDGES = {
    "dead": _dead,
    "never-succeeds": _never_succeeds,
    "opens-without-credential": _opens,
    "missing-include": _missing_include,
    "jump-overrun": _overrun,
}


def test_every_row_is_reproduced_or_of_a_class_that_is_argued() -> None:
    rows = _rows()
    classes = {row: JUDGES[row.kind](row) for row in rows}
    assert [row for row, name in classes.items() if not name] == []
    assert Counter(classes.values()) == CLASSES


def test_nothing_more_is_found_in_the_services_of_the_list() -> None:
    rows = _rows()
    listed = {(row.root, row.service, row.facility, row.kind) for row in rows}
    parts = {(row.root, row.service) for row in rows if row.kind == "missing-include"}
    more = []
    for root, service, facility in sorted({row[:3] for row in rows}):
        where = (root, service, facility)
        # Of a service with files that are not there the list says no more.
        if not _chains(root, service)[facility].links or (root, service) in parts:
            continue
        found = _flow(*where)
        if found.dead and (*where, "dead") not in listed:
            more.append((*where, "dead"))
        if not found.can_grant and (*where, "never-succeeds") not in listed:
            more.append((*where, "never-succeeds"))
    assert more == []
