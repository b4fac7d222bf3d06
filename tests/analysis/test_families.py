"""Which rules and tables speak of which family."""

from __future__ import annotations

from pamkit.analysis.catalog import rule_files, rule_names
from pamkit.analysis.families import EVERYWHERE, fitting
from pamkit.analysis.known_modules import TABLES, TABLES_OF
from pamkit.analysis.model import Model
from pamkit.cli.declarations import declarations
from pamkit.module.roster import ROSTERS
from pamkit.policy.chain import Link
from pamkit.policy.dialect import DEBIAN, FAMILIES, LINUX, dialect_named
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive
from pamkit.vocab.span import Span


def _codes(dialect: str, module: str, primitive: Primitive) -> set[int]:
    link = Link(0, module, (), tuple(range(32)), "", Span("policy", 1))
    known = declarations(dialect_named(dialect))
    return {row.code for row in Model(known, primitive, special=TABLES).rows(link)}


def test_every_rule_that_speaks_of_all_families_is_there() -> None:
    assert EVERYWHERE - set(rule_names()) == set()


def test_linux_keeps_all_rules_and_other_families_those_that_fit() -> None:
    rules = rule_files()
    for dialect in (LINUX, DEBIAN):
        assert fitting(rules, dialect) == rules
    for name in FAMILIES:
        assert {file.rule.name for file in fitting(rules, dialect_named(name))} == EVERYWHERE


def test_tables_of_families_are_of_modules_that_they_have() -> None:
    for name, tables in TABLES_OF.items():
        assert set(tables) - set(ROSTERS[name].files) == set()


def test_the_tables_of_linux_do_not_speak_for_other_families() -> None:
    account = Primitive.ACCT_MGMT
    assert ReturnCode.IGNORE in _codes("linux", "pam_nologin.so", account)
    assert ReturnCode.IGNORE not in _codes("openpam", "pam_nologin.so", account)
    # Nobody knows a pam_wheel there: anything may come of it.
    auth = Primitive.AUTHENTICATE
    assert ReturnCode.MAXTRIES not in _codes("linux", "pam_wheel.so", auth)
    assert ReturnCode.MAXTRIES in _codes("openpam", "pam_wheel.so", auth)


def test_pam_self_and_solaris_modules_answer_as_their_pages_say() -> None:
    auth = Primitive.AUTHENTICATE
    assert ReturnCode.SUCCESS in _codes("openpam", "pam_self", auth)
    assert ReturnCode.IGNORE not in _codes("solaris", "pam_unix_auth.so.1", auth)
    assert ReturnCode.IGNORE in _codes("solaris", "pam_unix_auth.so.1", Primitive.SETCRED)
    assert ReturnCode.IGNORE not in _codes("solaris", "pam_unix_cred.so.1", Primitive.SETCRED)
    assert ReturnCode.IGNORE in _codes("solaris", "pam_unix_cred.so.1", auth)
