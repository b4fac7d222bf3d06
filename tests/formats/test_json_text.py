from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from pamkit.formats.json_text import json_object, json_text
from pamkit.vocab.codes import ReturnCode

_VALUES = st.recursive(
    st.none() | st.integers() | st.text(st.characters(codec=None)),
    lambda inner: st.lists(inner).map(tuple),
)


@given(_VALUES)
def test_a_value_is_what_json_itself_writes_and_reads(value: object) -> None:
    text = json_text(value)  # type: ignore[arg-type]  # what Hypothesis makes is one
    assert text == json.dumps(value)
    assert text.isascii()


@given(st.dictionaries(st.text(), _VALUES))
def test_an_object_is_what_json_itself_writes(values: dict[str, object]) -> None:
    assert json_object(values) == json.dumps(values)  # type: ignore[arg-type]  # as above


def test_a_code_is_its_number_and_a_strange_byte_is_kept() -> None:
    assert json_text((ReturnCode.ABORT, "\udcff\N{PILE OF POO}")) == '[26, "\\udcff\\ud83d\\udca9"]'
