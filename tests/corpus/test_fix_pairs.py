"""Repairs that people made of their policies: what told of the fault, and what `diff` says."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from pamkit.analysis.catalog import chosen, rule_files
from pamkit.analysis.claims import LOCKED_IS_REFUSED, ROOT_CAN_GET_IN, Claim
from pamkit.analysis.claims_of_asking import UNKNOWN_USER_IS_NOT_TOLD
from pamkit.analysis.lint import lint
from pamkit.analysis.tree import read_tree
from pamkit.analysis.verify import verify
from pamkit.cli.diff import compared
from pamkit.cli.diff_places import found_service
from tests.analysis.trees import ListedMemory, known
from tests.conftest import CORPUS
from tests.corpus.policies import side, texts

pytestmark = pytest.mark.needs("corpus")


class Pair(NamedTuple):
    """A repair: where it shows, what `diff` says of a call there, and what tells of the fault.

    ``told`` are rules, ``claim`` a claim, and ``note`` a note of `diff`; ``why`` says why no rule
    could tell.  ``beside`` is a file of the machine that the corpus did not keep, ``whole`` says
    that no file of the policies is elsewhere, and ``came`` what is found only behind the repair.
    """

    name: str
    service: str
    call: str
    verdict: str
    told: tuple[str, ...] = ()
    claim: Claim | None = None
    note: str = ""
    why: str = ""
    beside: str = ""
    whole: bool = False
    came: tuple[str, ...] = ()


PAIRS = [
    Pair(
        *("00-baselayout-989764c", "system-auth", "authenticate", "looser"),
        ("authfail-too-early", "dead-line"),
    ),
    Pair(
        *("02-baselayout-172af4b", "system-auth", "acct_mgmt", "stricter"),
        ("ignored-account-refusal", "include-ends-chain"),
    ),
    Pair(
        *("04-openbmc-4bfffde7b5", "common-auth", "authenticate", "looser"),
        ("unknown-user-told",),
        UNKNOWN_USER_IS_NOT_TOLD,
    ),
    Pair(
        *("06-openembedded-core-67a504e3bf", "chpasswd", "authenticate", "looser"),
        ("tool-refuses-root",),
    ),
    Pair(
        *("08-openembedded-core-a6616f1a7b", "runuser", "authenticate", "looser"),
        ("program-without-policy",),
        beside="/usr/sbin/runuser",
        whole=True,
    ),
    Pair(
        *("10-photon-58ea105f11", "passwd", "chauthtok", "different"),
        ("module-removed-upstream",),
        note="`pam_pwquality` runs now",
    ),
    Pair(
        *("12-pam-e03b44d", "system-auth", "authenticate", "same"),
        ("option-in-wrong-facility",),
        note="`pam_tally` has other words",
    ),
    Pair(
        *("14-pam-63f06e8", "other", "authenticate", "same"),
        ("missing-other",),
        note="a refusal is `auth_err`, which was `perm_denied`",
        whole=True,
    ),
    Pair(
        *("16-ansible-collection-hardening-26c73ed1", "common-auth", "authenticate", "looser"),
        ("dead-line", "faillock-missing"),
        ROOT_CAN_GET_IN,
    ),
    Pair(
        *("18-ansible-role-hardening-6411972", "common-auth", "authenticate", "stricter"),
        ("faillock-missing",),
        LOCKED_IS_REFUSED,
    ),
    Pair(
        *("20-security-misc-be8c1049", "common-auth", "authenticate", "same"),
        ("counted-never-refused",),
        note="can be refused without being counted",
    ),
    Pair(
        *("22-security-misc-d4767b75", "common-auth", "authenticate", "looser"),
        ("wheel-for-all",),
        note="`pam_wheel` no longer runs on every way to a yes",
    ),
    Pair(
        *("24-vyos-1x-fb3eba1d4", "common-auth", "authenticate", "same"),
        note="`pam_succeed_if` runs now",
        why="the repair repairs nothing: whatever the new lines answer, the server is asked",
        came=("redundant-line",),
    ),
    *(
        Pair(
            *(f"26-authselect-85488dd/{kind}", "password-auth", "authenticate", "same"),
            ("failure-not-counted",),
            note="a wrong password of a user numbered below 1000 is always counted now",
        )
        for kind in ("nis", "sssd", "winbind")
    ),
    Pair(
        *("28-pambase-de5f978", "system-auth", "authenticate", "looser"), ("jump-without-record",)
    ),
    Pair(
        *("30-pambase-b725e39", "system-auth", "acct_mgmt", "stricter"),
        ("redundant-line",),
        came=("jump-without-record",),
    ),
    Pair(
        *("32-pambase-47a7d6f", "system-auth", "open_session", "looser"),
        ("module-typo",),
        came=("wrong-facility",),
    ),
]


def _sides(pair: Pair) -> tuple[str, str]:
    name, _, kind = pair.name.partition("/")
    return tuple(f"fix-pairs/{name}/{at}/{kind}".rstrip("/") for at in ("before", "after"))  # type: ignore[return-value]  # two


def _finds(pair: Pair, root: str, rule: str) -> bool:
    files = texts(root) | ({pair.beside: ""} if pair.beside else {})
    dialect = side(root).dialect
    tree = read_tree(ListedMemory(files), known(), dialect=dialect, whole=pair.whole)
    return bool(lint(tree, chosen(rule_files(), (rule,))).findings)


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


@every_pair
def test_what_a_repair_mended_is_told_of_before_and_not_after(pair: Pair) -> None:
    before, after = _sides(pair)
    expected = [(rule, True, False) for rule in pair.told]
    expected += [(rule, False, True) for rule in pair.came]
    rules = (*pair.told, *pair.came)
    found = [(rule, _finds(pair, before, rule), _finds(pair, after, rule)) for rule in rules]
    assert expected == found


@pytest.mark.parametrize("pair", [pair for pair in PAIRS if pair.claim], ids=lambda pair: pair.name)
def test_what_a_repair_mended_did_not_hold_before_and_does_after(pair: Pair) -> None:
    services = [found_service(side(root), pair.service) for root in _sides(pair)]
    assert pair.claim
    holds = [verify(pair.claim, each.chains, known()).holds for each in services if each]
    assert holds == [False, True]


def test_nearly_every_repair_is_told_of_by_a_rule() -> None:
    untold = {pair.name: pair.why for pair in PAIRS if not pair.told}
    assert [*untold] == ["24-vyos-1x-fb3eba1d4"]
    assert all(untold.values())
