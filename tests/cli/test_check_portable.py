"""`pamkit check --portable`, `--to`: what lines mean to other families, by the command line."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.cli.conftest import Command
from tests.conftest import CORPUS

_LINES = "account sufficient pam_x.so\naccount required pam_y.so\n"


@pytest.fixture
def words(confdir: Callable[[str], str]) -> tuple[str, ...]:
    return ("check", "--plain", "--confdir", confdir(_LINES), "test")


def test_to_asks_for_these_families_only(command: Command, words: tuple[str, ...]) -> None:
    shown = command(*words, "--dialect", "linux", "--to", "solaris").out
    assert "[portable-must-change]" in shown
    assert "Solaris: " in shown
    assert "OpenPAM" not in shown


def test_it_works_from_every_family(command: Command, words: tuple[str, ...]) -> None:
    shown = command(*words, "--dialect", "openpam", "--to", "linux,macos").out
    assert "OpenPAM: a new password is wanted, unless a later line says no" in shown
    assert "; Linux-PAM: a new password is wanted, and the chain ends" in shown


def test_nobody_is_told_of_other_families_who_did_not_ask(
    command: Command, words: tuple[str, ...]
) -> None:
    assert "portable-" not in command(*words, "--dialect", "openpam").out
    assert "portable-must-change" in command(*words, "--dialect", "openpam", "--portable").out


@pytest.mark.parametrize("option", [("--to", "solari"), ("--value", "portable-to=solari")])
def test_a_family_that_is_none_is_refused(
    option: tuple[str, str], command: Command, words: tuple[str, ...]
) -> None:
    ran = command(*words, *option)
    assert ran.status == 2
    assert "there is no dialect `solari`" in ran.err
    assert "did you mean `solaris`?" in ran.err


def test_a_value_is_as_good_as_the_option(command: Command, words: tuple[str, ...]) -> None:
    by_value = command(*words, "--rule", "portable", "--value", "portable-to=solaris")
    assert by_value.out == command(*words, "--rule", "portable", "--to", "solaris").out


@pytest.mark.needs("corpus")
@pytest.mark.parametrize(
    ("dialect", "place"), [("openpam", "freebsd-server"), ("solaris", "solaris11-style")]
)
def test_systems_of_other_families_are_read(command: Command, dialect: str, place: str) -> None:
    root = str(CORPUS / place)
    ran = command("check", "--plain", "--root", root, "--dialect", dialect, "--to", "linux")
    assert ran.status == 1
    assert "Linux-PAM: " in ran.out
