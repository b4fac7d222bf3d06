from __future__ import annotations

import pytest

from pamkit.analysis.fix import Edit, edited
from pamkit.policy.dialect import LINUX
from pamkit.policy.parser import parse
from pamkit.vocab.span import Span


def _edited(text: str, *edits: tuple[int, int, int, str]) -> str:
    made = [Edit(Span("f", line, start, line, end), new) for line, start, end, new in edits]
    return edited(parse(text, "f"), made, LINUX, with_service=False)


def test_edits_of_one_file_do_not_disturb_each_other() -> None:
    text = "-auth include a b\n\n-auth include c\n"
    expected = "auth include a\n\nauth include c\n"
    assert expected == _edited(text, (1, 1, 2, ""), (1, 16, 18, ""), (3, 1, 2, ""))


@pytest.mark.parametrize(
    "edit",
    [
        (1, 6, 14, "optional"),
        (1, 15, 26, "pam_deny.so"),
        (1, 26, 27, " nullok\n"),
        (1, 1, 5, "-auth"),
        (1, 1, 1, "# "),
        (1, 26, 26, " \\"),
    ],
)
def test_an_edit_that_changes_what_is_asked_is_left_out(edit: tuple[int, int, int, str]) -> None:
    assert _edited("auth required pam_unix.so\n", edit) == "auth required pam_unix.so\n"


def test_an_edit_on_top_of_another_is_left_out() -> None:
    text = "auth include a b c\n"
    assert _edited(text, (1, 17, 19, ""), (1, 15, 18, "")) == "auth include a b\n"


def test_what_an_include_is_not_asked_for_may_go() -> None:
    assert _edited("-auth substack a\n", (1, 1, 2, "")) == "auth substack a\n"
    assert _edited("auth include a\n", (1, 6, 13, "substack")) == "auth include a\n"
