"""Whatever a policy holds: lint and claims end, and what is found and mended is right."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pamkit.policy.dialect import DEBIAN, LINUX, Dialect

from . import any_text

_WORDS = st.sampled_from(
    [
        *("auth", "account", "-session", "password", "@include", "sesion", "required", "optional"),
        *("sufficient", "[success=1 default=ignore]", "[success=okdefault=bad]", "[default=ok]"),
        *("include", "substack", "test", "other", "system-auht", "system-auth", "[", "]", "\\"),
        *("pam_unix.so", "pam_permit.so", "pam_deny.so", "pam_rootok.so", "pam_faillock.so"),
        *("pam_env.so", "user_readenv=1", "nullok", "nulok", "pam_unxi.so", "pam_exec.so", "md5"),
        *("sha512", "preauth", "authfail", "authsucc", "use_authtok", "pam_pwquality.so"),
        *("# pamkit: allow nullok,", "#", "\t", "\r", "=ok", "try_first_pass", "requisite"),
        *("pam_tally2.so", "onerr=succeed", "\0", "\udc80", "\N{SNOWMAN}", "\x85", "\u2028"),
    ]
)
_LINES = st.lists(_WORDS, max_size=7).map(" ".join)
_TEXTS = st.one_of(st.lists(_LINES, max_size=8).map("\n".join), st.text(max_size=80))
_FILES = st.dictionaries(st.sampled_from(any_text.NAMES), _TEXTS, max_size=3)
_DIALECTS = st.sampled_from([LINUX, DEBIAN])


@given(_TEXTS)
@settings(max_examples=150)
def test_a_text_is_read_byte_for_byte_and_every_word_stands_where_it_says(text: str) -> None:
    any_text.check_reading(text)


@given(_FILES, _DIALECTS)
@settings(max_examples=100, deadline=None)
def test_nothing_stops_lint_and_every_finding_is_in_its_file(
    files: dict[str, str], dialect: Dialect
) -> None:
    any_text.check_findings(files, dialect)


@given(_FILES, _DIALECTS)
@settings(max_examples=40, deadline=None)
def test_every_claim_is_judged_or_given_up(files: dict[str, str], dialect: Dialect) -> None:
    any_text.check_claims(files, dialect)


@given(_FILES, _DIALECTS)
@settings(max_examples=60, deadline=None)
def test_what_was_mended_needs_no_mending_and_lets_nobody_else_by(
    files: dict[str, str], dialect: Dialect
) -> None:
    any_text.check_mending(files, dialect)


@given(
    st.sampled_from(["pam_unix.so", "pam_faillock.so", "pam_succeed_if.so", "pam_sss.so"]),
    st.lists(st.one_of(_WORDS, st.text(max_size=12)), max_size=6).map(tuple),
)
@settings(max_examples=100, deadline=None)
def test_any_words_can_stand_behind_a_module(module: str, args: tuple[str, ...]) -> None:
    any_text.check_options(module, args)


@given(st.text(max_size=80))
@settings(max_examples=40, deadline=None)
def test_any_text_is_a_baseline_or_is_refused(text: str) -> None:
    any_text.check_baseline(text)


@given(st.lists(_LINES, max_size=8).map("\n".join))
@settings(max_examples=100, deadline=None)
def test_comments_allow_what_they_say_where_they_say_it(text: str) -> None:
    any_text.check_allowances(text)


@pytest.mark.parametrize("text", ["", "\n", "\\", "a\\\n", "[", "\0", "# \\\n a \\\n\n"])
def test_the_smallest_texts_are_read(text: str) -> None:
    any_text.check_reading(text)
