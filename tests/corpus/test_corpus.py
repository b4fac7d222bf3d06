"""Real policies of real machines: each is read, printed, formatted, resolved and compiled.

The corpus is not part of the project; its INDEX.tsv says which family a file belongs to, and
its KNOWN-FINDINGS.tsv what is known to be wrong with some.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

import pytest

from pamkit.docgen.modules import module_names
from pamkit.facts import sheets
from pamkit.module.registry import Registry
from pamkit.policy.chain import Chain
from pamkit.policy.compile import compile_policy, jump_findings
from pamkit.policy.dialect import DEBIAN, QUIRK_SETS
from pamkit.policy.parser import parse
from pamkit.policy.printer import formatted, meaning, to_text
from pamkit.policy.resolve import MAX_ENTRIES, Policy, resolve
from pamkit.policy.source import MemorySource
from pamkit.policy.syntax import PolicyFile
from pamkit.vocab.errors import PolicyError
from pamkit.vocab.facility import FACILITY_WORDS, Facility
from tests.conftest import CORPUS

pytestmark = pytest.mark.needs("corpus")

ETC = "etc/pam.d/"


class Known(NamedTuple):
    """A line of KNOWN-FINDINGS.tsv."""

    root: str
    service: str
    facility: str
    kind: str
    detail: str


@cache
def linux_files() -> dict[str, str]:
    """Path in the corpus and text of every file of the Linux-PAM family."""
    rows = (CORPUS / "INDEX.tsv").read_text().splitlines()[1:]
    paths = [row.split("\t")[0] for row in rows if row.split("\t")[4] == "linux"]
    return {path: (CORPUS / path).read_bytes().decode("utf-8", "surrogateescape") for path in paths}


@cache
def trees() -> dict[str, PolicyFile]:
    """The trees of all texts that differ, by the last path that holds them."""
    texts = {text: path for path, text in linux_files().items()}
    return {path: parse(text, path, DEBIAN) for text, path in texts.items()}


@cache
def machines() -> dict[str, dict[str, str]]:
    """The files of each machine, by its directory in the corpus, as they lie below its root."""
    found: dict[str, dict[str, str]] = {}
    for path, text in linux_files().items():
        for mark in ("etc/", "usr/lib/"):
            root, sign, rest = f"/{path}".partition(f"/{mark}")
            if sign:
                found.setdefault(root[1:], {})[f"/{mark}{rest}"] = text
                break
    return found


@cache
def known() -> tuple[Known, ...]:
    lines = (CORPUS / "KNOWN-FINDINGS.tsv").read_text().splitlines()[1:]
    return tuple(Known(*line.split("\t")) for line in lines)


def services() -> Iterator[tuple[str, str]]:
    """Every machine's directory with each of its services."""
    for root, files in machines().items():
        for path in files:
            directory, _, service = path.rpartition("/")
            if directory in ("/etc/pam.d", "/usr/lib/pam.d"):
                yield root, service


def covered() -> Iterator[tuple[str, str]]:
    """The services of the machines that KNOWN-FINDINGS.tsv covers."""
    roots = {line.root for line in known()}
    return (place for place in services() if place[0] in roots)


@cache
def loaded(root: str, service: str, *quirks: str) -> Policy | PolicyError:
    source = MemorySource(machines()[root])
    try:
        return resolve(service, source, dialect=DEBIAN, quirks=frozenset(quirks))
    except PolicyError as refused:
        return refused


def chains_of(root: str, service: str, *quirks: str) -> dict[Facility, Chain]:
    policy = loaded(root, service, *quirks)
    return {} if isinstance(policy, PolicyError) else compile_policy(policy)


def shape(chains: dict[Facility, Chain]) -> object:
    return [
        (link.number, link.module, link.args, link.actions, link.refusal)
        for chain in chains.values()
        for link in chain
    ]


def test_the_corpus_is_there() -> None:
    assert len(linux_files()) > 2000
    assert len(list(services())) > 2000


def test_every_file_prints_back_byte_for_byte() -> None:
    odd = [path for path, tree in trees().items() if to_text(tree) != linux_files()[path]]
    assert odd == []


def test_formatting_keeps_every_meaning_and_twice_changes_nothing() -> None:
    odd: list[str] = []
    for path, file in trees().items():
        once = formatted(file, DEBIAN)
        again = parse(once, path, DEBIAN)
        same = [meaning(entry) for entry in file.entries] == [meaning(e) for e in again.entries]
        if not same or formatted(again, DEBIAN) != once:
            odd.append(path)
    assert odd == []


def test_nothing_stops_a_service_but_an_include_that_is_missing() -> None:
    rules = {
        refused.findings[-1].rule
        for refused in (loaded(*service) for service in services())
        if isinstance(refused, PolicyError)
    }
    assert rules == {"missing-include"}


def test_what_is_refused_by_default_is_refused_by_libpam_too() -> None:
    """No refusal of ours that libpam does not share hits a machine of the corpus."""
    odd = [
        (root, service)
        for root, service in services()
        if service != "other"  # libpam runs every entry of `other` twice
        and shape(chains_of(root, service))
        != shape(chains_of(root, service, *QUIRK_SETS["libpam"]))
    ]
    assert odd == []


def test_no_machine_comes_near_the_bound_on_entries() -> None:
    sizes = [
        sum(1 for chain in chains_of(*service).values() for _ in chain) for service in services()
    ]
    assert max(sizes) < MAX_ENTRIES // 40


def test_known_missing_includes_are_found_and_no_others() -> None:
    expected: dict[tuple[str, str], set[str]] = {}
    for line in known():
        if line.kind == "missing-include":
            expected.setdefault((line.root, line.service), set()).update(line.detail.split(","))
    found: dict[tuple[str, str], set[str]] = {}
    for root, service in covered():
        policy = loaded(root, service)
        for finding in policy.findings:
            # What is wrong with `other` is known of `other` only.
            own = service == "other" or not finding.span.file.endswith("/other")
            if finding.rule == "missing-include" and own:
                name = finding.message.split("`")[1]
                found.setdefault((root, service), set()).add(name)
    assert set(expected) == set(found)
    # Debian's libpam, and so we, stop at the first `@include` that fails.
    assert [place for place in found if not found[place] <= expected[place]] == []


def test_known_jumps_past_the_end_are_found_and_no_others() -> None:
    expected = {
        (line.root, line.service, FACILITY_WORDS[line.facility])
        for line in known()
        if line.kind == "jump-overrun"
    }
    found = {
        (root, service, facility)
        for root, service in covered()
        for facility, chain in chains_of(root, service).items()
        if jump_findings(chain)
    }
    assert found == expected


STOCK = ("debian12", "authselect-1.7.0", "centos7-server", "arch-laptop-a", "void")
"""Machines as distributions set them up, or nearly."""

RARE = frozenset({"pam_stack", "pam_pin", "pam_gdm", "pam_ssh_add", "pam_reauthorize", "pam_gnupg"})
"""Of single packages, or gone for twenty years: nothing is known of them."""


@pytest.mark.parametrize("machine", STOCK)
def test_every_line_that_decides_on_a_stock_machine_is_served_or_known(machine: str) -> None:
    decides = {Facility.AUTH, Facility.ACCOUNT, Facility.PASSWORD}
    registry = Registry(lambda _: None)
    named = {
        registry.name_of(entry.target.text.rpartition("/")[2])
        for root, files in machines().items()
        if root.partition("/")[0] == machine
        for text in files.values()
        for entry in parse(text, machine, DEBIAN).entries
        if entry.facility in decides
        and entry.target is not None
        and entry.target.text[-3:] == ".so"
    }
    assert len(named) > 5
    assert named - RARE - set(module_names()) - set(sheets()) == set()
