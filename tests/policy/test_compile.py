from collections.abc import Mapping

import pytest

from pamkit.policy.chain import Chain, Link, Substack
from pamkit.policy.compile import compile_policy, jump_findings
from pamkit.policy.control import ALL_BAD, KEYWORDS
from pamkit.policy.resolve import resolve
from pamkit.policy.source import MemorySource
from pamkit.vocab.facility import Facility


def chains(files: Mapping[str, str]) -> dict[Facility, Chain]:
    source = MemorySource({f"/etc/pam.d/{name}": text for name, text in files.items()})
    return compile_policy(resolve("su", source))


def test_a_link_is_an_entry_with_a_number() -> None:
    (link,) = chains({"su": "-auth required pam_x.so a [b c]\n"})[Facility.AUTH]
    assert (link.number, link.module, link.args) == (0, "pam_x.so", ("a", "b c"))
    assert (link.actions, link.control, link.quiet) == (KEYWORDS["required"], "required", True)
    assert (str(link.span), link.refusal) == ("/etc/pam.d/su:1:1", "")


def test_a_substack_takes_a_number_and_keeps_its_links_together() -> None:
    chain = chains(
        {
            "su": "auth required a.so\nauth substack in\nauth required d.so\n",
            "in": "auth required b.so\nauth required c.so\n",
        }
    )[Facility.AUTH]
    kinds = [(type(link), link.number) for link in chain.links]
    assert kinds == [(Link, 0), (Substack, 1), (Link, 4)]
    assert [link.number for link in chain] == [0, 2, 3, 4]


def test_an_entry_that_must_fail_says_why_and_keeps_its_control() -> None:
    (link,) = chains({"su": "auth optional\n"})[Facility.AUTH]
    assert (link.module, link.refusal, link.actions) == (
        "",
        "the line is malformed",
        KEYWORDS["optional"],
    )


def test_an_include_that_fails_is_a_link_that_is_all_bad() -> None:
    (link,) = chains({"su": "auth include nowhere extra\n"})[Facility.AUTH]
    assert (link.module, link.args, link.actions) == ("nowhere", (), ALL_BAD)
    assert link.refusal == "the file `nowhere` is not there"


def test_a_substack_that_fails_is_a_substack_and_a_link_that_fails() -> None:
    chain = chains({"su": "auth substack nowhere\n"})[Facility.AUTH]
    substack, link = chain.links
    assert isinstance(substack, Substack)
    assert (substack.name, substack.links) == ("nowhere", ())
    assert isinstance(link, Link)
    assert link.refusal == "the file `nowhere` is not there"


def test_other_stands_in_facility_by_facility() -> None:
    made = chains(
        {"su": "auth required a.so\n", "other": "auth required o.so\naccount required o.so"}
    )
    found = {facility: (chain.origin, len(chain.links)) for facility, chain in made.items()}
    assert found == {
        Facility.AUTH: ("su", 1),
        Facility.ACCOUNT: ("other", 1),
        Facility.PASSWORD: ("other", 0),
        Facility.SESSION: ("other", 0),
    }


@pytest.mark.parametrize(
    ("expected", "files"),
    [
        ([], {"su": "auth [success=1 default=ignore] a.so\nauth required b.so\n"}),
        (["a jump over 1 links where 0 follow"], {"su": "auth [success=1 default=bad] a.so\n"}),
        (
            ["a jump over 2 links where 1 follow"],
            {
                "su": "auth substack in\nauth required c.so\n",
                "in": "auth [success=2 default=1] a.so\nauth required b.so\n",
            },
        ),
        (
            [],
            {
                "su": "auth [success=1 default=ignore] a.so\nauth substack in\n",
                "in": "auth required a.so\nauth required b.so\n",
            },
        ),
    ],
)
def test_a_jump_past_the_end_is_a_finding(expected: list[str], files: dict[str, str]) -> None:
    found = jump_findings(chains(files)[Facility.AUTH])
    assert [finding.message for finding in found] == expected
    assert {finding.rule for finding in found} <= {"jump-past-end"}
