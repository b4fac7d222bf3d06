"""What answers do, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pamkit.analysis.circumstance import USER, VALUES
from pamkit.analysis.leads import codes_of, rungs
from pamkit.analysis.model import Model
from pamkit.analysis.wording import ABOUT, USERS, because, effect, told
from pamkit.vocab.facility import Facility, Primitive
from tests.analysis.policies import declarations
from tests.analysis.random_chains import chain_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pamkit.policy.chain import Link


def _named(link: Link) -> str:
    return f"line {link.span.line}"


def _said(text: str, at: int = 0, files: Mapping[str, str] | None = None) -> str:
    call = Primitive.AUTHENTICATE
    chain = chain_of(text, call, files)
    model = Model(declarations, call)
    rung = rungs(chain, lambda link: codes_of(model, call, link))[at]
    return "; ".join(f"{who}: {effect(rung, lead, _named)}" for who, lead in told(rung))


_END = "auth required pam_permit.so\n"

_TOLD = [
    ("auth required pam_permit.so\n" + _END, "success: counts as a yes"),
    (_END, "success: counts as a yes; the last line"),
    ("auth requisite pam_deny.so\n" + _END, "auth_err: refuses at once"),
    (
        "auth required pam_deny.so\n" + _END,
        "auth_err: is a no that no later yes can change, and goes on",
    ),
    ("auth sufficient pam_permit.so\n" + _END, "success: says yes at once"),
    ("auth optional pam_deny.so\n" + _END, "auth_err: has no say"),
    (
        "auth [default=reset] pam_deny.so\n" + _END,
        "auth_err: what the lines above said is forgotten",
    ),
    ("auth [default=1] pam_deny.so\n" + _END, "auth_err: skips 1 line, to the end"),
    ("auth [default=2] pam_deny.so\n" + _END, "auth_err: skips 2 lines, past the end: refused"),
    ("auth [default=1] pam_deny.so\n" + _END * 2, "auth_err: skips 1 line, on to line 3"),
    ("auth [default=ok] pam_deny.so\n" + _END, "auth_err: is remembered, and is no plain yes"),
    (
        "auth [default=done] pam_deny.so\n" + _END,
        "auth_err: is the answer at once, and is no plain yes",
    ),
    (
        "auth [default=1] pam_unix.so\n" + _END * 2,
        "whatever it answers: skips 1 line, on to line 3",
    ),
    (
        "auth [success=1 default=ignore] pam_unix.so\n" + _END * 2,
        "success: skips 1 line, on to line 3; anything else: has no say",
    ),
    # Few codes are named, the likely one first.
    (
        "auth [default=ignore auth_err=die] pam_rootok.so\n" + _END,
        "success: has no say; auth_err: refuses at once",
    ),
]


@pytest.mark.parametrize(("text", "words"), _TOLD)
def test_what_an_answer_does(text: str, words: str) -> None:
    assert _said(text) == words


def test_a_yes_below_a_line_that_can_say_no_has_a_condition() -> None:
    text = "auth required pam_unix.so\nauth sufficient pam_permit.so\n"
    assert _said(text, 1) == "success: says yes at once, unless a line above said no"


@pytest.mark.parametrize(
    ("control", "module", "words"),
    [
        ("requisite", "deny", "is a no that no later yes can change, and `in` ends, on to line 2"),
        ("sufficient", "permit", "counts, and `in` ends, on to line 2"),
        ("[default=reset]", "deny", "what the lines of `in` above said is forgotten"),
    ],
)
def test_what_an_answer_does_in_a_substack(control: str, module: str, words: str) -> None:
    files = {"in": f"auth {control} pam_{module}.so\n"}
    assert _said("auth substack in\n" + _END, files=files).partition(": ")[2] == words


def test_an_end_of_a_substack_below_a_no_has_a_condition() -> None:
    files = {"in": "auth required pam_unix.so\nauth sufficient pam_permit.so\n"}
    words = "success: counts, and `in` ends, to the end, unless a line above said no"
    assert _said("auth substack in\n", 1, files=files) == words


def test_every_facility_and_every_kind_of_user_has_words() -> None:
    assert set(ABOUT) == set(Facility)
    assert tuple(USERS) == VALUES[USER]


def test_what_lines_answered_is_said_elsewhere() -> None:
    assert because([("answer of pam_x.so", "success"), ("trouble of pam_x", "none")]) == ()


def test_every_circumstance_has_words() -> None:
    for name, values in VALUES.items():
        for value in values:
            said = because([(name, value)])
            assert (said == ()) is (name == USER)
            assert all(":" not in phrase for phrase in said)


@pytest.mark.parametrize(
    ("fact", "words"),
    [
        (("pam_unix knows strangers", "yes"), "pam_unix knows them"),
        (("pam_unix knows strangers", "no"), "pam_unix knows strangers: no"),
        (("what pam_u2f asks for", "right"), "they have what pam_u2f asks for"),
        (("what pam_u2f asks for", "wrong"), "what pam_u2f asks for: wrong"),
        (("condition user = bob", "met"), "the condition of `user = bob` is met"),
        (("condition user = bob", "not met"), "the condition of `user = bob` is not met"),
        (("condition pam_x", "ignore"), "`pam_x` has no say"),
        (("condition pam_x", "auth_err"), "the condition of `pam_x` is not met"),
    ],
)
def test_what_the_policy_brings_itself_has_words(fact: tuple[str, str], words: str) -> None:
    assert because([fact]) == (words,)
