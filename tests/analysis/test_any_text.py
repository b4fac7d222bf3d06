"""Whatever a policy holds: lint ends, and what it finds lies in the text."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from pamkit.analysis.catalog import ALL, chosen, rule_files
from pamkit.analysis.lint import fixed, lint
from pamkit.policy.dialect import DEBIAN

from .trees import tree

_RULES = chosen(rule_files(), (ALL,))

_WORDS = st.sampled_from(
    [
        *("auth", "account", "-session", "password", "@include", "sesion", "required", "optional"),
        *("sufficient", "[success=1 default=ignore]", "[success=okdefault=bad]", "[default=ok]"),
        *("include", "substack", "a", "b", "system-auht", "pam_unix.so", "pam_permit.so", "[", "]"),
        *("pam_deny.so", "pam_rootok.so", "pam_env.so", "user_readenv=1", "nullok", "nulok", "\\"),
        *(
            "pam_unxi.so",
            "pam_exec.so",
            "md5",
            "sha512",
            "# pamkit: allow nullok,",
            "#",
            "\t",
            "\r",
        ),
        *("pam_tally2.so", "onerr=succeed", "\0", "\udc80", "\N{SNOWMAN}", "try_first_pass", "=ok"),
    ]
)
_LINES = st.lists(_WORDS, max_size=7).map(" ".join)
_TEXTS = st.one_of(st.lists(_LINES, max_size=8).map("\n".join), st.text(max_size=80))


@given(st.dictionaries(st.sampled_from(["a", "b", "system-auth", "sshd", "other"]), _TEXTS))
@settings(max_examples=150)
def test_nothing_stops_lint_and_every_finding_is_in_its_file(files: dict[str, str]) -> None:
    made = tree(files, dialect=DEBIAN)
    for found in (report := lint(made, _RULES)).findings:
        for span in (found.span, *(span for span, _ in found.related)):
            lines = report.files.get(span.file, ("",))
            assert 1 <= span.line <= len(lines)
            assert 1 <= span.column <= len(lines[span.line - 1]) + 1
            last = lines[(span.end_line or span.line) - 1]
            assert (span.end_column or 1) <= len(last) + 2


@given(st.dictionaries(st.sampled_from(["a", "b"]), _TEXTS))
@settings(max_examples=100)
def test_what_was_mended_needs_no_mending(files: dict[str, str]) -> None:
    once = fixed(tree(files, dialect=DEBIAN), _RULES, DEBIAN)
    mended = files | {path.rpartition("/")[2]: text for path, text in once.items()}
    again = fixed(tree(mended, dialect=DEBIAN), _RULES, DEBIAN)
    assert again == {}
