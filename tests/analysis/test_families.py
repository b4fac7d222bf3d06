"""Which rules and tables speak of which family."""

from __future__ import annotations

from pamkit.analysis.catalog import rule_files, rule_names
from pamkit.analysis.circumstance import CALLER, SECRET, USER
from pamkit.analysis.families import EVERYWHERE, fitting
from pamkit.analysis.known_modules import TABLES, TABLES_OF
from pamkit.analysis.lint import fixed
from pamkit.analysis.model import ASSUMED, CHECKED, Model, Row
from pamkit.analysis.tree import Tree, read_tree
from pamkit.cli.declarations import declarations
from pamkit.module.roster import ROSTERS
from pamkit.policy.chain import Link
from pamkit.policy.dialect import DEBIAN, FAMILIES, LINUX, dialect_named
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Facility, Primitive
from pamkit.vocab.span import Span
from tests.analysis.trees import ListedMemory


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


def _rows(
    module: str, primitive: Primitive, *args: str, update: bool | None = None
) -> tuple[Row, ...]:
    link = Link(0, module, args, tuple(range(32)), "", Span("policy", 1))
    known = declarations(dialect_named("solaris"))
    return Model(known, primitive, special=TABLES, update=update).rows(link)


def test_a_password_of_a_directory_is_left_to_others_where_the_line_says_so() -> None:
    rows = _rows("pam_unix_auth.so.1", Primitive.AUTHENTICATE, "server_policy")
    left = [row.when for row in rows if row.code == ReturnCode.IGNORE]
    assert left == [((USER, "directory"),)]


def test_solaris_stores_a_password_only_if_the_old_one_is_right() -> None:
    stored = [
        row
        for row in _rows("pam_authtok_store.so.1", Primitive.CHAUTHTOK, update=True)
        if row.code == ReturnCode.SUCCESS
    ]
    callers = {(dict(row.when)[CALLER], dict(row.when).get(SECRET)) for row in stored}
    assert callers == {("root", None), ("other", "right")}
    assert all(CHECKED in row.marks for row in stored if (CALLER, "other") in row.when)
    check = _rows("pam_authtok_store.so.1", Primitive.CHAUTHTOK, update=False)
    assert not any(CHECKED in row.marks for row in check)


def test_what_a_users_own_policy_says_is_not_known() -> None:
    for primitive in Primitive:
        rows = _rows("pam_user_policy.so.1", primitive)
        assert {row.code for row in rows} >= {ReturnCode.SUCCESS, ReturnCode.IGNORE}
        # On a usual day there is none, and nothing that comes of one can be relied on.
        assert {row.code for row in rows if row.usual} == {ReturnCode.IGNORE}
        assert all(f"{ASSUMED} pam_user_policy" in row.marks for row in rows)


def _tree(dialect: str, files: dict[str, str | None]) -> Tree:
    spoken = dialect_named(dialect)
    return read_tree(ListedMemory(files), declarations(spoken), dialect=spoken)


def test_services_of_a_file_stand_beside_those_of_a_directory() -> None:
    line = "auth required pam_unix.so\naccount required pam_unix.so\n"
    line += "password required pam_unix.so\nsession required pam_unix.so\n"
    column = "".join(f"{name} {each}\n" for name in ("ftp", "su") for each in line.splitlines())
    files: dict[str, str | None] = {
        "/etc/pam.d/su": line,
        "/etc/pam.d/other": line,
        "/etc/pam.conf": column,
        "/usr/local/etc/pam.d/cups": line,
    }
    tree = _tree("openpam", files)
    assert {each.name: each.file.path for each in tree.services} == {
        "su": "/etc/pam.d/su",
        "other": "/etc/pam.d/other",
        "cups": "/usr/local/etc/pam.d/cups",
        "ftp": "/etc/pam.conf",
    }
    assert tree.dead is None
    assert [each.path for each in tree.files if each.with_service] == ["/etc/pam.conf"]
    on_linux = _tree("linux", files)
    assert on_linux.dead is not None
    assert {each.name for each in on_linux.services} == {"su", "other"}


def test_an_included_file_of_illumos_has_the_column_as_well() -> None:
    rest = "account required pam_unix_account.so.1\n"
    files: dict[str, str | None] = {
        "/etc/pam.conf": "su auth include /etc/more\n" + "".join(f"su {rest}"),
        "/etc/more": "su auth required pam_unix_auth.so.1\n",
    }
    (service,) = _tree("illumos", files).services
    assert [link.module for link in service.chains[Facility.AUTH]] == ["pam_unix_auth.so.1"]
    assert service.links(Facility.AUTH)[0][1].module == "pam_unix_auth"


def test_what_is_mended_in_a_file_with_a_column_keeps_it() -> None:
    files: dict[str, str | None] = {"/etc/pam.conf": "su auth required pam_unix_auth.so.1\r\n"}
    tree = _tree("linux", files)
    mended = fixed(tree, rule_files(), LINUX)
    assert set(mended) <= {"/etc/pam.conf"}
    assert all(text.startswith("su") for text in mended.values())
