"""Repairs that people made of their policies: what told of the fault, and what `diff` says."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from pamkit.analysis.claims import LOCKED_IS_REFUSED, ROOT_CAN_GET_IN, Claim
from pamkit.analysis.verify import verify
from pamkit.cli.diff import compared
from pamkit.cli.diff_places import found_service
from tests.analysis.trees import known
from tests.conftest import CORPUS
from tests.corpus.policies import found_rules, side

pytestmark = pytest.mark.needs("corpus")


class Pair(NamedTuple):
    """A repair: where it shows, what `diff` says of a call there, and what tells of the fault.

    ``told`` is a rule, a claim, a note of `diff`, or nothing but the verdict of `diff`; ``why``
    says so where no rule could.
    """

    name: str
    service: str
    call: str
    verdict: str
    told: str | Claim = ""
    note: str = ""
    why: str = ""


PAIRS = [
    Pair("00-baselayout-989764c", "system-auth", "authenticate", "looser", "dead-line"),
    Pair(
        *("02-baselayout-172af4b", "system-auth", "acct_mgmt", "stricter"),
        why="whether a directory may refuse is the site's own wish",
    ),
    Pair(
        *("04-openbmc-4bfffde7b5", "common-auth", "authenticate", "looser"),
        why="pam_tally2 jumped over the password for users it did not know",
    ),
    Pair(
        *("06-openembedded-core-67a504e3bf", "chpasswd", "authenticate", "looser"),
        why="a tool had no lines for a call that it makes; only its source says that",
    ),
    Pair(
        *("08-openembedded-core-a6616f1a7b", "runuser", "authenticate", "looser"),
        why="there was no file at all",
    ),
    Pair(
        *("10-photon-58ea105f11", "passwd", "chauthtok", "different", "module-removed-upstream"),
        note="`pam_pwquality` runs now",
    ),
    Pair(
        *("12-pam-e03b44d", "system-auth", "authenticate", "same"),
        note="`pam_tally` has other words",
        why="words of a module that is gone",
    ),
    Pair(
        *("14-pam-63f06e8", "other", "authenticate", "same"),
        note="a refusal is `auth_err`, which was `perm_denied`",
        why="a part of a tree lacks files: that `other` is one of them is no finding",
    ),
    Pair(
        *("16-ansible-collection-hardening-26c73ed1", "common-auth", "authenticate", "looser"),
        ROOT_CAN_GET_IN,
    ),
    Pair(
        *("18-ansible-role-hardening-6411972", "common-auth", "authenticate", "stricter"),
        LOCKED_IS_REFUSED,
    ),
    Pair(
        *("20-security-misc-be8c1049", "common-auth", "authenticate", "same"),
        note="can be refused without being counted",
        why="the screen locker is to be left out, says a program of their own",
    ),
    Pair(
        *("22-security-misc-d4767b75", "common-auth", "authenticate", "looser"),
        note="`pam_wheel` no longer runs on every way to a yes",
        why="that a shared file is meant for one service only is said nowhere",
    ),
    Pair(
        *("24-vyos-1x-fb3eba1d4", "common-auth", "authenticate", "same"),
        note="`pam_succeed_if` runs now",
        why="a server was asked too often; nobody is let in otherwise",
    ),
    *(
        Pair(
            *(f"26-authselect-85488dd/{kind}", "password-auth", "authenticate", "same"),
            note="a wrong password of a user numbered below 1000 is always counted now",
        )
        for kind in ("nis", "sssd", "winbind")
    ),
    Pair(
        *("28-pambase-de5f978", "system-auth", "authenticate", "looser"),
        why="the jump led past the closing line, to where others include the file",
    ),
    Pair("30-pambase-b725e39", "system-auth", "acct_mgmt", "stricter", "redundant-line"),
    Pair("32-pambase-47a7d6f", "system-auth", "open_session", "looser", "module-typo"),
]


def _sides(pair: Pair) -> tuple[str, str]:
    name, _, kind = pair.name.partition("/")
    return tuple(f"fix-pairs/{name}/{at}/{kind}".rstrip("/") for at in ("before", "after"))  # type: ignore[return-value]  # two


every_pair = pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair.name)


def test_every_repair_of_the_corpus_is_here() -> None:
    there = {path.name for path in (CORPUS / "fix-pairs").iterdir()}
    assert {pair.name.partition("/")[0] for pair in PAIRS} == there


@every_pair
def test_what_a_repair_changes_is_said(pair: Pair) -> None:
    before, after = _sides(pair)
    entries = {each["call"]: each for each in compared(side(before), side(after), pair.service)}
    notes = [note["text"] for note in entries[pair.call]["notes"]]
    assert entries[pair.call]["verdict"] == pair.verdict
    assert not pair.note or any(pair.note in note for note in notes), notes


@pytest.mark.parametrize("pair", [pair for pair in PAIRS if pair.told], ids=lambda pair: pair.name)
def test_what_a_repair_mended_is_told_of_before_and_not_after(pair: Pair) -> None:
    before, after = _sides(pair)
    if isinstance(pair.told, str):
        found = [pair.told in found_rules(root, pair.told) for root in (before, after)]
        assert found == [True, False]
        return
    services = [found_service(side(root), pair.service) for root in (before, after)]
    holds = [verify(pair.told, each.chains, known()).holds for each in services if each]
    assert holds == [False, True]


@pytest.mark.parametrize(
    "pair", [pair for pair in PAIRS if not pair.told], ids=lambda pair: pair.name
)
def test_what_no_rule_tells_of_is_told_by_the_comparison_alone(pair: Pair) -> None:
    assert pair.why or pair.note
    assert pair.verdict != "same" or pair.note
