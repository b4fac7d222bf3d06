from __future__ import annotations

import pytest

from pamkit.analysis.allow import allowances
from pamkit.policy.parser import parse

from .trees import linted, messages

_BAD = "auth required pam_env.so user_readenv=1"


def _allowed(text: str) -> list[tuple[str, str, int, int]]:
    found = allowances(parse(text, "f"))
    return [(each.name, str(each.span), each.first, each.last) for each in found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("auth x y # pamkit: allow a\n", [("a", "f:1:26", 1, 1)]),
        (
            "# pamkit: allow a, bc -- because\nauth x y\n",
            [("a", "f:1:17", 1, 2), ("bc", "f:1:20", 1, 2)],
        ),
        ("# pamkit: allow a\nauth x \\\n y\n", [("a", "f:1:17", 1, 3)]),
        ("auth x \\\n y # pamkit:allow a\n", [("a", "f:2:19", 1, 2)]),
        ("# pamkit: allow a", [("a", "f:1:17", 1, 1)]),
        ("# pamkit: allow\n# pamkit: allow ,\n# pamkit: a\n# pamkit:\n", []),
        ("auth x y # allow a\n", []),
    ],
)
def test_a_comment_allows_what_it_names_where_it_counts(
    text: str, expected: list[tuple[str, str, int, int]]
) -> None:
    assert expected == _allowed(text)


def test_what_is_allowed_is_not_reported_and_not_forgotten() -> None:
    report = linted(f"{_BAD} # pamkit: allow user-readenv -- a kiosk\n", "user-readenv")
    assert report.findings == ()
    assert [finding.rule for finding in report.allowed] == ["user-readenv"]


def test_only_the_line_and_the_rule_that_are_named_are_allowed() -> None:
    line = "test:{}:26 error: a file in the user's home sets the environment"
    above = f"# pamkit: allow user-readenv\n{_BAD}\n{_BAD}\n"
    assert [line.format(3)] == messages(above, "user-readenv")
    assert [line.format(1)] == messages(f"{_BAD} # pamkit: allow default-ok\n", "user-readenv")
