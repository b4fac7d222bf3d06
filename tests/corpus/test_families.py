"""Policies of other families name no module of which nothing is known."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from pamkit.facts import declaration_of
from pamkit.module.roster import OPENPAM, SOLARIS, Roster
from tests.conftest import CORPUS

pytestmark = pytest.mark.needs("corpus")

_PLACES = (
    ("freebsd-server", OPENPAM),
    ("nas4free", OPENPAM),
    ("truenas-pcbsd-overlay", OPENPAM),
    ("solaris11-style", SOLARIS),
)


def _named(place: str) -> Iterator[str]:
    """Yield what lines name as their module, without where it lies."""
    for path in [*sorted((CORPUS / place).rglob("etc/pam*/*")), CORPUS / place / "etc/pam.conf"]:
        if not path.is_file():
            continue
        for line in path.read_text(encoding="utf-8").splitlines():
            words = [] if line.startswith("#") else line.split()
            yield from (word for word in words if word.rpartition("/")[2].startswith("pam_"))


@pytest.mark.parametrize(("place", "roster"), _PLACES, ids=[place for place, _ in _PLACES])
def test_every_module_that_is_named_is_ours_or_has_a_sheet(place: str, roster: Roster) -> None:
    named = set(_named(place))
    assert named
    unknown = set()
    for written in named:
        bare = written.rpartition("/")[2].partition(".")[0]
        sheets = (declaration_of(bare, system=system) for system in roster.systems)
        if not roster.file_of(written) and not any(sheets):
            unknown.add(written)
    assert unknown == set()


def test_the_module_of_aix_has_a_sheet() -> None:
    assert set(_named("openssh-contrib/aix")) == {"/usr/lib/security/pam_aix"}
    assert declaration_of("pam_aix", system="aix") is not None
