"""Files that a part of a tree lacks stand for lines of which nobody knows."""

from __future__ import annotations

import pytest

from pamkit.analysis.absent import PartSource, absent_file
from pamkit.policy.compile import compile_policy
from pamkit.policy.dialect import DEBIAN
from pamkit.policy.resolve import resolve
from pamkit.policy.source import Layout, MemorySource, Outcome
from pamkit.vocab.facility import Facility

_APP = "@include common-auth\naccount include all\nsession substack common-session\n"


def _part(files: dict[str, str], layout: Layout | None = None) -> PartSource:
    return PartSource(MemorySource(files), layout or Layout(), "app")


@pytest.mark.parametrize("layout", [Layout(), Layout(confdir="/p")])
def test_what_is_not_there_is_named_in_the_facilities_that_its_name_says(layout: Layout) -> None:
    directory = layout.confdir or "/etc/pam.d"
    source = _part({f"{directory}/app": _APP}, layout)
    chains = compile_policy(resolve("app", source, layout=layout, dialect=DEBIAN))
    assert {
        facility: {absent_file(link.module) for link in chain} for facility, chain in chains.items()
    } == {
        Facility.AUTH: {"common-auth"},
        Facility.ACCOUNT: {"all"},
        Facility.PASSWORD: set(),
        Facility.SESSION: {"common-session"},
    }


def test_what_lies_in_another_directory_is_there() -> None:
    source = _part({"/etc/pam.d/app": _APP, "/usr/lib/pam.d/all": ""})
    assert source.read("/etc/pam.d/all").outcome is Outcome.MISSING
    assert source.read("/usr/lib/pam.d/all").text == ""
    assert source.is_directory("/etc/pam.d")
    assert source.read("/etc/pam.d/other").outcome is Outcome.MISSING


def test_a_module_stands_for_no_file() -> None:
    assert absent_file("pam_unix.so") == ""
