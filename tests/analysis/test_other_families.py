"""What is found of chains that another family of PAM would walk: the same tools, its own fold."""

from __future__ import annotations

import itertools
import random

import pytest

from pamkit.analysis.claim_names import claim_named
from pamkit.analysis.compare import compare
from pamkit.analysis.control_flow import flow
from pamkit.analysis.explore import Known, Outcome, explore
from pamkit.analysis.grants import summary
from pamkit.analysis.leads import codes_of, rungs
from pamkit.analysis.model import Model
from pamkit.analysis.verify import verify
from pamkit.analysis.why import why
from pamkit.analysis.wording import effect
from pamkit.policy.chain import Chain, Link
from pamkit.policy.dialect import FAMILIES, dialect_named, rules_of
from pamkit.semantics.fold import fold_of
from pamkit.semantics.trace import Run, Step
from pamkit.semantics.walk import Cursor, advance, begin
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import FACILITY_OF, FACILITY_WORDS, Facility, Primitive
from pamkit.vocab.flags import Flag
from pamkit.vocab.span import Span
from tests.analysis.policies import declarations
from tests.oracle.families import model
from tests.oracle.families.model import WORDS_OF, Line

SETTLED = ("SUCCESS", "IGNORE", "NEW_AUTHTOK_REQD", "TRY_AGAIN", "AUTH_ERR", "PERM_DENIED")
_DIALECTS = ("openpam", "macos", "illumos", "solaris", "cde")
_CALLS = {
    "authenticate": (Primitive.AUTHENTICATE, None),
    "setcred": (Primitive.SETCRED, None),
    "preliminary": (Primitive.CHAUTHTOK, False),
    "update": (Primitive.CHAUTHTOK, True),
}


def _chains(dialect: str, text: str) -> dict[Facility, Chain]:
    """Return the chains of a policy in lines of `facility word module argument ...`."""
    rules = rules_of(dialect_named(dialect), frozenset())
    actions = dict(dialect_named(dialect).keywords)
    links: dict[Facility, list[Link]] = {facility: [] for facility in Facility}
    for number, line in enumerate(text.splitlines(), 1):
        facility, word, module_name, *args = line.split()
        own = links[FACILITY_WORDS[facility]]
        span = Span("policy", number)
        own.append(Link(len(own), module_name, tuple(args), actions[word], word, span))
    return {each: Chain(each, "test", tuple(links[each]), rules) for each in Facility}


def _told(code: int) -> str:
    return ReturnCode(code).name


@pytest.mark.parametrize("call", _CALLS)
@pytest.mark.parametrize("dialect", _DIALECTS)
def test_explore_finds_every_end_and_no_other(dialect: str, call: str) -> None:
    draw = random.Random(f"{dialect} {call}")
    primitive, update = _CALLS[call]
    for _ in range(12):
        words = [draw.choice(WORDS_OF[dialect]) for _ in range(draw.randint(1, 3))]
        chain = _chains(dialect, "".join(f"auth {word} pam_x.so\n" for word in words))[
            Facility.AUTH
        ]
        fold = fold_of(chain.rules, primitive, update=update)
        seen = explore(chain.links, _any, fold=fold)
        stacks = (
            tuple(map(Line, words, answers))
            for answers in itertools.product(SETTLED, repeat=len(words))
        )
        expected = {model.evaluate(dialect, call, stack).code for stack in stacks}
        assert {_told(end.verdict.code) for end in seen.ends} == expected


def _any(_: Link, __: Known) -> list[Outcome]:
    return [Outcome(ReturnCode[word]) for word in SETTLED]


@pytest.mark.parametrize("dialect", _DIALECTS)
def test_a_witness_leads_where_it_says(dialect: str) -> None:
    text = "auth optional pam_x.so\nauth sufficient pam_y.so\nauth required pam_z.so\n"
    chain = _chains(dialect, text)[Facility.AUTH]
    fold = fold_of(chain.rules, Primitive.AUTHENTICATE)
    seen = explore(chain.links, _any, fold=fold)
    for end in seen.ends:
        at = begin(chain.links, fold)
        for choice in seen.witness(end):
            assert isinstance(at, Cursor)
            at = advance(at, choice.outcome.code)
        assert at == end.verdict


@pytest.mark.parametrize(
    ("dialect", "holds"),
    [("openpam", False), ("macos", False), ("solaris", True), ("illumos", True), ("cde", False)],
)
def test_setcred_comes_to_lines_that_authenticate_never_asked(dialect: str, holds: bool) -> None:
    text = "auth sufficient pam_rootok.so\nauth required pam_deny.so\n"
    claim = claim_named("setcred-follows")
    assert claim is not None
    result = verify(claim, _chains(dialect, text), declarations)
    assert result.holds == holds
    assert [choice.link.module for choice in result.witness if choice.walk == 1] == (
        [] if holds else ["pam_rootok.so", "pam_deny.so"]
    )


def test_who_is_not_refused_comes_in_on_macos_only() -> None:
    text = "auth optional pam_unix.so\n"
    claim = claim_named("no-grant-without-proof")
    assert claim is not None
    holding = {
        dialect: verify(claim, _chains(dialect, text), declarations).holds
        for dialect in (*FAMILIES,)
    }
    assert [dialect for dialect, holds in holding.items() if not holds] == ["macos"]


@pytest.mark.parametrize(
    ("dialect", "can_grant"), [("openpam", False), ("macos", True), ("solaris", False)]
)
def test_a_flow_knows_what_silence_means(dialect: str, can_grant: bool) -> None:
    chain = _chains(dialect, "auth optional pam_deny.so\n")[Facility.AUTH]
    assert flow(chain, Primitive.AUTHENTICATE, declarations).can_grant == can_grant


def test_a_line_whose_error_is_only_noted_matters_where_somebody_may_ask_for_it() -> None:
    text = "auth optional pam_deny.so\nauth requisite pam_unix.so\n"
    idle = {
        dialect: [
            link.module
            for link in flow(
                _chains(dialect, text)[Facility.AUTH], Primitive.AUTHENTICATE, declarations
            ).idle
        ]
        for dialect in ("openpam", "illumos")
    }
    assert idle == {"openpam": [], "illumos": []}


def test_a_summary_is_made_with_the_fold_of_the_family() -> None:
    text = "auth definitive pam_unix.so\nauth required pam_deny.so\n"
    found = summary(_chains("solaris", text)[Facility.AUTH], Primitive.AUTHENTICATE, declarations)
    assert [link.module for link in found.refusing] == ["pam_unix.so"]
    assert any(granted.ways for granted in found.granted)


def test_lines_lead_where_the_family_leads_them() -> None:
    text = "auth definitive pam_unix.so\nauth optional pam_deny.so\nauth required pam_deny.so\n"
    chain = _chains("solaris", text)[Facility.AUTH]
    made = Model(declarations, Primitive.AUTHENTICATE)
    fold = fold_of(chain.rules, Primitive.AUTHENTICATE)
    found = rungs(chain, lambda link: codes_of(made, Primitive.AUTHENTICATE, link), fold)
    first, second, _ = found
    told = {effect(first, lead, _name) for lead in first.leads if ReturnCode.SUCCESS in lead.codes}
    assert told == {"says yes at once, unless a line above said no"}
    assert {lead.to for lead in first.leads} == {None}
    assert {effect(second, lead, _name) for lead in second.leads} == {
        "is no yes, and is remembered"
    }


def _name(link: Link) -> str:
    return link.module


def test_why_a_run_ended_so_is_judged_by_its_family() -> None:
    chain = _chains("openpam", "auth optional pam_unix.so\nauth optional pam_unix.so x\n")[
        Facility.AUTH
    ]
    run = _run(chain, Primitive.AUTHENTICATE, ReturnCode.AUTH_ERR, ReturnCode.AUTH_ERR)
    found = why(run, chain, declarations)
    assert run.code == ReturnCode.SYSTEM_ERR
    assert found.decided is not None
    assert found.otherwise is not None
    assert found.otherwise.verdict.code == ReturnCode.SUCCESS


def test_why_setcred_ended_so_is_said_where_it_follows_nothing() -> None:
    chain = _chains("openpam", "auth optional pam_deny.so\nauth optional pam_env.so\n")[
        Facility.AUTH
    ]
    run = _run(chain, Primitive.SETCRED, ReturnCode.CRED_ERR, ReturnCode.SUCCESS)
    found = why(run, chain, declarations)
    assert run.code == ReturnCode.SUCCESS
    assert found.otherwise is not None
    assert found.otherwise.verdict.code == ReturnCode.SYSTEM_ERR


def test_why_a_check_was_refused_is_judged_by_its_pass() -> None:
    text = "password sufficient pam_unix.so\npassword required pam_deny.so\n"
    chain = _chains("openpam", text)[Facility.PASSWORD]
    run = _run(chain, Primitive.CHAUTHTOK, ReturnCode.SUCCESS, ReturnCode.AUTHTOK_ERR, update=False)
    found = why(run, chain, declarations)
    assert run.code == ReturnCode.AUTHTOK_ERR
    assert found.decided is None  # pam_deny cannot do otherwise


def _run(chain: Chain, primitive: Primitive, *answers: int, update: bool = True) -> Run:
    at = begin(chain.links, fold_of(chain.rules, primitive, update=update))
    steps = []
    for answer in answers:
        assert isinstance(at, Cursor)
        there = advance(at, answer)
        after = there.verdict if isinstance(there, Cursor) else there
        action = at.link.actions[answer]
        steps.append(Step(at.link, answer, answer, action, at.verdict, after))
        at = there
    assert not isinstance(at, Cursor)
    flags = Flag.UPDATE_AUTHTOK if update else Flag.PRELIM_CHECK
    return Run(primitive, "test", int(flags), tuple(steps), at, at.code)


_PROVING = "auth sufficient pam_unix.so\nauth required pam_deny.so\n"


@pytest.mark.parametrize(
    ("primitive", "verdict"), [(Primitive.AUTHENTICATE, "same"), (Primitive.SETCRED, "stricter")]
)
def test_two_policies_of_a_family_are_compared_by_its_fold(
    primitive: Primitive, verdict: str
) -> None:
    lines = "auth optional pam_unix.so\nauth optional pam_deny.so\n"
    old, new = (_chains("openpam", text) for text in (lines, lines.replace("optional", "binding")))
    found = compare(old, new, primitive, declarations)
    assert found.verdict == verdict
    assert compare(old, old, primitive, declarations).verdict == "same"


def test_the_same_lines_mean_different_things_in_two_families() -> None:
    lines = "account optional pam_unix.so\n"
    old, new = _chains("openpam", lines), _chains("macos", lines)
    found = compare(old, new, Primitive.ACCT_MGMT, declarations)
    assert found.verdict == "looser"


def test_both_passes_of_chauthtok_are_compared_with_their_own_fold() -> None:
    # Where the check asks everybody, a line behind a sufficient one can refuse it.
    lines = "password sufficient pam_unix.so\n"
    more = f"{lines}password requisite pam_deny.so\n"
    for dialect, verdict in (("openpam", "stricter"), ("illumos", "same")):
        old, new = _chains(dialect, lines), _chains(dialect, more)
        found = compare(old, new, Primitive.CHAUTHTOK, declarations)
        assert found.verdict == verdict, dialect


@pytest.mark.parametrize("dialect", FAMILIES)
def test_a_chain_keeps_the_name_of_its_family(dialect: str) -> None:
    chain = _chains(dialect, _PROVING)[FACILITY_OF[Primitive.AUTHENTICATE]]
    assert chain.rules.split()[0] == dialect
