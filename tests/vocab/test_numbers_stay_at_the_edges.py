"""Inside there are names: the numbers of other families are read where they come in or go out."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import pamkit
from pamkit.engine.handle import handle_for
from pamkit.policy.dialect import FAMILIES, dialect_named
from pamkit.semantics.fold import fold_of
from pamkit.testing.policies import Trial
from pamkit.vocab.codes import CODE_COUNT, ReturnCode
from pamkit.vocab.facility import Primitive
from pamkit.vocab.flags import Flag
from pamkit.vocab.item import Item
from tests.seeds.probe import Probe

_SOURCE = Path(pamkit.__file__).parent
_TABLES = "pamkit.vocab.families"

_NUMBERS = frozenset(
    [
        "SUN_CODES",
        "OPENPAM_CODES",
        "OPENPAM_OWN_CODES",
        "MACOS_OWN_CODES",
        "ILLUMOS_CODES",
        "CODES_OF",
        "SUN_FLAGS",
        "CDE_FLAGS",
        "NO_AUTHTOK_CHECK",
        "STYLES",
        "from_sun",
        "to_sun",
        "code_from",
        "code_to",
        "item_from",
        "item_to",
        "flags_from",
        "flags_to",
    ]
)
"""What has numbers of other families in it, or turns them into ours and back."""

_EDGES = ("docgen/",)
"""Where such numbers are shown; no library of another family is made, and none is read."""


def _taken(file: Path) -> set[str]:
    """Return what a file takes from the tables."""
    tree = ast.parse(file.read_bytes())
    return {
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and f"{node.module}.".startswith(f"{_TABLES}.")
        for alias in node.names
    } | {
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for alias in node.names
        if alias.name == _TABLES
    }


def test_nobody_inside_takes_numbers_of_other_families() -> None:
    inside = {}
    for file in sorted(_SOURCE.rglob("*.py")):
        name = file.relative_to(_SOURCE).as_posix()
        found = _taken(file) & (_NUMBERS | {_TABLES, "*"})
        if found and not name.startswith(_EDGES):
            inside[name] = found
    assert inside == {}


def test_all_tables_of_numbers_are_known_here() -> None:
    tree = ast.parse((_SOURCE / "vocab/families.py").read_bytes())
    functions = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    converters = {name for name in functions if name.partition("_")[2] in ("from", "to", "sun")}
    assert converters == {name for name in _NUMBERS if name.islower()}


@pytest.mark.parametrize("dialect", FAMILIES)
def test_inside_codes_and_flags_are_ours_in_every_family(dialect: str) -> None:
    probe = Probe("pam_one", acct_mgmt=ReturnCode.AUTHTOK_EXPIRED)
    facilities = ("auth", "account", "session", "password")
    policy = "".join(f"{each} required pam_one.so\n" for each in facilities)
    trial = Trial(policy, probe.module, dialect=dialect)
    assert trial.acct_mgmt(Flag.SILENT) is ReturnCode.AUTHTOK_EXPIRED
    assert trial.setcred(Flag.REFRESH_CRED) is ReturnCode.SUCCESS
    assert probe.asked == [(Primitive.ACCT_MGMT, 0x8000), (Primitive.SETCRED, 0x10)]


@pytest.mark.parametrize("dialect", FAMILIES)
def test_a_fold_says_nothing_but_our_codes(dialect: str) -> None:
    for primitive in Primitive:
        fold = fold_of(dialect, primitive, update=False)
        assert 0 <= fold.start.code < CODE_COUNT
        assert 0 <= fold.empty.code < CODE_COUNT


@pytest.mark.parametrize("dialect", FAMILIES)
@pytest.mark.parametrize("number", [10, 11, 12, 13])
def test_an_item_is_asked_for_by_its_name(dialect: str, number: int) -> None:
    """There 10 to 13 are items of the family, or none; inside those have numbers of their own."""
    handle = handle_for(dialect_named(dialect), "test", "alice")
    assert handle.get(number, from_module=True)[0] in (ReturnCode.BAD_ITEM, ReturnCode.SYMBOL_ERR)
    assert handle.get(Item.USER, from_module=True) == (ReturnCode.SUCCESS, "alice")
