"""What works with policies of Linux-PAM works with those of other families, by the dialect."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pamkit.policy.compile import compiled_to_run
from pamkit.policy.dialect import FAMILIES, LINUX, dialect_named
from pamkit.policy.families.parser import parse_family
from pamkit.policy.parser import parse
from pamkit.policy.printer import formatted, meaning
from pamkit.policy.resolve import resolve, service_name
from pamkit.policy.source import MemorySource
from pamkit.vocab.facility import Facility
from pamkit.vocab.failure import PolicyError
from tests.policy.families.test_resolve import TEXTS


@given(TEXTS, st.sampled_from(FAMILIES), st.booleans())
def test_formatting_keeps_every_meaning_and_twice_changes_nothing(
    text: str, name: str, with_service: bool
) -> None:
    dialect = dialect_named(name)
    file = parse(text, "f", dialect, with_service=with_service)
    once = formatted(file, dialect)
    again = parse(once, "f", dialect, with_service=with_service)
    assert [meaning(entry) for entry in again.entries] == [meaning(e) for e in file.entries]
    assert formatted(again, dialect) == once


@pytest.mark.parametrize(
    ("name", "text", "laid"),
    [
        (
            "openpam",
            "auth required \\\n 'pam_x.so' \"a b\" c#d # e\n",
            "auth      required  'pam_x.so'              \"a b\" c#d  # e\n",
        ),
        ("macos", "auth required x # e\n", "auth      required  x  # e\n"),
        ("illumos", "su auth required x # e\n", None),
    ],
)
def test_a_line_is_laid_out_in_the_familys_words(name: str, text: str, laid: str | None) -> None:
    dialect = dialect_named(name)
    file = parse(text, "f", dialect, with_service=laid is None)
    assert formatted(file, dialect) == (
        laid or "su        auth      required  x                       # e\n"
    )


@pytest.mark.parametrize("name", FAMILIES)
def test_a_dialect_chooses_its_reader(name: str) -> None:
    dialect = dialect_named(name)
    text = "su auth required x\nother account required x\nother password required x\n"
    text += "other session required x\n"
    assert parse(text, "f", dialect, with_service=True) == parse_family(
        text, "f", dialect, with_service=True
    )
    files = MemorySource({"/etc/pam.conf": text})
    policy = resolve("su", files, dialect=dialect)
    assert policy.files[0].name == "/etc/pam.conf"
    chains = compiled_to_run("su", files, dialect=dialect).chains
    assert [link.module for link in chains[Facility.AUTH]] == ["x"]


def test_names_of_services_keep_their_case() -> None:
    assert service_name("SSHD", dialect=LINUX) == "sshd"
    assert service_name("SSHD", dialect=dialect_named("openpam")) == "SSHD"
    with pytest.raises(PolicyError):
        service_name("a/b", frozenset({"service-path"}), dialect_named("openpam"))
