"""The lines of sepermit.conf."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pamkit.formats.sepermit_conf import Rule, rules


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (b"alice", Rule("", "alice")),
        (b" \talice \r", Rule("", "alice")),
        (b"@wheel:ignore", Rule("@", "wheel", ("ignore",))),
        (b"%guest_u:exclusive:ignore", Rule("%", "guest_u", ("exclusive", "ignore"))),
        (b"::alice::ignore:", Rule("", "alice", ("ignore",))),
        (b"alice : ignore", Rule("", "alice ", (" ignore",))),
        (b" #alice", Rule("", "#alice")),
        (b"@@wheel", Rule("@", "@wheel")),
        (b"@", Rule("@", "")),
        (b"alice\0:ignore", Rule("", "alice")),
        (b"\xe9", Rule("", "\udce9")),
        (b"#alice", None),
        (b"", None),
        (b"  ", None),
        (b" :: ", None),
    ],
)
def test_a_line_is_a_rule(line: bytes, expected: Rule | None) -> None:
    assert ((expected,) if expected else ()) == rules(b"\n" + line + b"\n")


@given(st.binary())
def test_anything_can_be_read_and_no_rule_is_for_nobody_by_name(data: bytes) -> None:
    assert all(rule.kind or rule.name for rule in rules(data))
