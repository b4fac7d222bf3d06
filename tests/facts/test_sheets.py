from __future__ import annotations

from pathlib import Path

import pytest

from pamkit.facts import declaration_of, sheets
from pamkit.module.fact_sheet import BadSheet

_SHEETS = sheets()


@pytest.mark.parametrize("name", _SHEETS)
def test_every_sheet_that_comes_with_pamkit_is_good(name: str) -> None:
    made = declaration_of(name)
    assert made is not None
    assert made.name == name
    assert made.examples


def test_there_are_sheets() -> None:
    assert {"pam_limits", "pam_sss", "pam_systemd"} <= set(_SHEETS)


@pytest.mark.parametrize("name", ["pam_nobody_wrote_it", "../pam_sss", "pam_sss.toml", ""])
def test_a_module_without_a_sheet_has_none(name: str) -> None:
    assert declaration_of(name) is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name = ", "pam_x.toml: Invalid value"),
        ("name = 'pam_y'\n[answers]\nsetcred = 'ignore'", "pam_x.toml: name: expected `pam_x`"),
        ("name = 'pam_x'\n", "pam_x.toml: answers: a module serves"),
        ("name = '\udcff'\n", "pam_x.toml: 'utf-8' codec"),
    ],
)
def test_a_bad_sheet_is_named(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "pam_x.toml").write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(BadSheet) as odd:
        declaration_of("pam_x", tmp_path)
    assert str(odd.value).startswith(said)


def test_the_options_of_pam_systemd_are_told_apart() -> None:
    made = declaration_of("pam_systemd")
    assert made is not None
    parsed, problems = made.options.parse(["class=greeter", "debug"])
    assert not problems
    assert "greeter" in repr(parsed)
