"""A family's policy is one for everything that works with policies."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pamkit.policy.compile import compile_policy
from pamkit.policy.control import ALL_DIE
from pamkit.policy.dialect import DEBIAN, FAMILIES, Dialect, dialect_named
from pamkit.policy.families.grammar import GRAMMARS, grammar_of
from pamkit.policy.families.parser import parse_family
from pamkit.policy.families.resolve import resolve_family
from pamkit.policy.resolve import Policy
from pamkit.policy.source import MemorySource
from pamkit.policy.syntax import PolicyFile
from pamkit.vocab.diagnostic import Severity
from pamkit.vocab.facility import Facility
from pamkit.vocab.failure import PolicyError


def test_every_family_has_a_grammar_and_linux_has_none() -> None:
    assert set(FAMILIES) == set(GRAMMARS)
    for name in FAMILIES:
        assert grammar_of(dialect_named(name)).name == name
    with pytest.raises(KeyError):
        grammar_of(DEBIAN)


def test_a_family_policy_compiles() -> None:
    text = "su auth binding a one\nsu auth include /i\nother account required x\n"
    illumos = dialect_named("illumos")
    policy = resolve_family("su", MemorySource({"/etc/pam.conf": text}), illumos)
    assert (policy.service, policy.dialect, policy.quirks) == ("su", illumos, frozenset())
    chains = compile_policy(policy)
    first, second = chains[Facility.AUTH]
    assert (first.module, first.args, first.control) == ("a", ("one",), "binding")
    assert first.actions == dict(illumos.keywords)["binding"]
    assert (second.actions, second.control) == (ALL_DIE, "include")
    assert second.refusal == "the file `/i` is not there"
    assert (chains[Facility.AUTH].origin, chains[Facility.ACCOUNT].origin) == ("su", "other")


def test_whoever_resolves_many_may_remember_trees() -> None:
    seen: list[tuple[str, bool]] = []

    def remembered(
        text: str, name: str, dialect: Dialect, *, with_service: bool, quirks: frozenset[str]
    ) -> PolicyFile:
        seen.append((name, with_service))
        return parse_family(text, name, dialect, with_service=with_service)

    files = MemorySource(
        {"/etc/pam.conf": "su auth required a\n", "/etc/pam.d/other": "auth required b\n"}
    )
    resolve_family("su", files, dialect_named("solaris"), parsed=remembered)
    assert seen == [("/etc/pam.conf", True), ("/etc/pam.d/other", False)]


TOKENS = (
    *("auth", "account", "AUTH", "required", "requisite", "sufficient", "binding", "include"),
    *("definitive", "pam_x.so", "/etc/pam.conf", "su", "other", "system", "-auth", "x=y"),
    *(" ", " ", " ", "\t", "\n", "\n", "\n", "\\\n", "\\", "#", "'", '"', "\0", "\r", "a" * 90),
)
TEXTS = st.one_of(
    st.lists(st.sampled_from(TOKENS), max_size=40).map("".join),
    st.binary(max_size=60).map(lambda data: data.decode("utf-8", "surrogateescape")),
)


@given(TEXTS, st.sampled_from(FAMILIES), st.booleans())
def test_any_bytes_give_a_tree_that_holds_them_all(
    text: str, dialect: str, with_service: bool
) -> None:
    file = parse_family(text, "f", dialect_named(dialect), with_service=with_service)
    assert file.text == text
    number = text.count("\n") + 1
    for line in file.lines:
        assert 1 <= line.logical.line <= number
        for word in line.words:
            assert 1 <= word.span.line <= word.span.end_line <= number
            assert word.raw in line.logical.raw
    for found in file.findings:
        assert 1 <= found.span.line <= number
    assert file.complete or any(f.severity is Severity.ERROR for f in file.findings)


@given(TEXTS, TEXTS, TEXTS, st.sampled_from(FAMILIES))
def test_any_bytes_give_a_policy_or_the_place_of_a_mistake(
    service: str, column: str, other: str, dialect: str
) -> None:
    files = {
        "/etc/pam.d/su": service,
        "/etc/pam.conf": column,
        "/etc/pam.d/other": other,
        "/etc/pam.d/system": service,
    }
    try:
        policy = resolve_family("su", MemorySource(files), dialect_named(dialect))
    except PolicyError as refused:
        path, line, column_number, message = refused.message.split(":", 3)
        assert path in files
        assert line.isdecimal()
        assert column_number.isdecimal()
        assert message
    else:
        assert isinstance(policy, Policy)
        assert set(compile_policy(policy)) == set(Facility)
        assert not any(
            place.entry.must_fail and not place.refusal
            for facility in Facility
            for place in policy.places(facility)
        )
