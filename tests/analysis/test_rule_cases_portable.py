"""What rules about other families find and leave alone, beyond the examples of their pages."""

from __future__ import annotations

import pytest

from pamkit.analysis.catalog import chosen, rule_files

from .trees import found

PORTABLE = {file.rule.name for file in rule_files() if file.rule.name.startswith("portable-")}

CASES: list[tuple[str, str, int]] = [
    ("portable-brackets", "auth [success=ok bad_item] pam_unix.so\n", 0),
    ("portable-control", "auth Definitive pam_unix.so\n", 1),
    ("portable-control", "auth requisite pam_unix.so\n", 1),
    ("portable-include", "auth substack system-auth\n", 1),
    ("portable-include", "auth required pam_unix.so\n", 0),
    ("portable-dash", "-auth required pam_unix.so\n", 1),
    ("portable-case", "AUTH REQUIRED pam_unix.so\n", 1),
    ("portable-case", "auth [SUCCESS=ok] pam_unix.so\n", 0),
    ("portable-comment", "auth required pam_unix.so #\n", 1),
    ("portable-quotes", "auth required pam_unix.so 'a b' c\\d plain\n", 1),
    ("portable-quotes", "auth required pam_unix.so plain\n", 0),
    ("portable-long-line", f"auth required pam_unix.so {'x' * 229}\n", 0),
    ("portable-long-line", f"auth required pam_unix.so {'x' * 230}\n", 1),
    ("portable-wrapped-line", "auth required \\\n pam_unix.so\n", 1),
    ("portable-must-change", "account Sufficient pam_unix.so\n", 0),
    ("portable-must-change", "account sufficient pam_unix.so\naccount required pam_x.so\n", 1),
    ("portable-must-change", "account [default=ok] pam_unix.so\naccount required a.so\n", 0),
    ("portable-must-change", "account include system-auth\n", 0),
    ("portable-try-again", "password sufficient pam_unix.so\npassword required pam_x.so\n", 1),
    # What nothing hangs on is not said: a lone line is refused either way.
    ("portable-try-again", "password sufficient pam_unix.so\n", 0),
    ("portable-try-again", "auth sufficient pam_unix.so\nauth required pam_deny.so\n", 0),
    ("portable-credentials", "session requisite pam_x.so\n", 0),
    ("portable-credentials", "session requisite pam_x.so\nsession required pam_y.so\n", 2),
    ("portable-credentials", "session requisite pam_permit.so\n", 0),
    ("portable-credentials", "account optional pam_x.so\nnonsense optional pam_x.so\n", 0),
    ("portable-nobody-refuses", "session optional pam_x.so\n", 2),
    ("portable-nobody-refuses", "session optional pam_permit.so\n", 0),
    ("portable-nobody-refuses", "auth optional pam_a.so\nauth [default=die] pam_b.so\n", 0),
    ("portable-not-compared", "session optional pam_permit.so\n" * 150, 0),
    ("portable-not-compared", "session optional pam_permit.so\n" * 151, 1),
    ("portable-sufficient", "password sufficient pam_x.so\npassword required pam_y.so\n", 1),
    ("portable-sufficient", "auth sufficient pam_x.so\nauth required pam_y.so\n", 0),
    ("portable-missing-module", "auth sufficient pam_x.so\nauth required pam_unix.so\n", 2),
    ("portable-missing-function", "account required pam_pwquality.so\naccount required a.so\n", 1),
    ("portable-missing-function", "account required pam_unix.so\n", 0),
    ("portable-blank-line", "auth required pam_unix.so\n\n", 0),
    ("portable-place", "auth required pam_unix.so\n", 1),
    ("portable-empty-facility", "auth required pam_unix.so\n", 3),
    ("portable-empty-facility", "# nothing\n", 0),
]


@pytest.mark.parametrize(("rule", "text", "count"), CASES)
def test_a_rule_finds_so_many_of_these_lines(rule: str, text: str, count: int) -> None:
    assert count == len(found({"test": text}, rule))


def test_a_facility_that_other_fills_is_not_empty() -> None:
    lines = "".join(f"{each} required pam_unix.so\n" for each in ("account", "session", "password"))
    files: dict[str, str | None] = {"other": lines, "test": "auth required pam_unix.so\n"}
    lone = [each for each in found(files, "portable-empty-facility") if "test" in each.span.file]
    assert lone == []


def test_nobody_hears_of_other_families_unless_it_is_asked_for() -> None:
    assert {file.rule.name for file in chosen(rule_files())}.isdisjoint(PORTABLE)


def test_all_of_them_are_asked_for_by_one_word() -> None:
    assert {file.rule.name for file in chosen(rule_files(), ("portable",))} == PORTABLE
    assert len(PORTABLE) == 21
