"""Where policies lie that other families never look into."""

from __future__ import annotations

from pamkit.analysis.portable import TO, apart
from pamkit.analysis.tree import read_tree
from pamkit.cli.declarations import declarations
from pamkit.policy.dialect import dialect_named
from pamkit.policy.source import Layout
from tests.analysis.apart_trees import tree_of
from tests.analysis.trees import ListedMemory


def test_where_nobody_looks_is_said_once_for_each_place() -> None:
    found = [each for each in apart(tree_of("linux", "")) if each.rule == "portable-place"]
    assert [each.ways["illumos"] for each in found] == ["looks into /etc/pam.conf only"]
    tree = tree_of("linux", "", place="/x/test", layout=Layout(confdir="/x"))
    assert [each for each in apart(tree) if each.rule == "portable-place"] == []


def test_linux_looks_into_pam_conf_only_where_there_is_no_directory() -> None:
    conf = "login auth required pam_permit.so\n"
    for more, expected in (
        ({}, []),
        (
            {"/etc/pam.d/su": conf[6:]},
            ["looks into /etc/pam.d, /usr/lib/pam.d, /usr/share/pam/pam.d only"],
        ),
    ):
        files: dict[str, str | None] = {"/etc/pam.conf": conf, **more}
        dialect = dialect_named("solaris")
        known = declarations(dialect)
        tree = read_tree(ListedMemory(files), known, dialect=dialect, wanted={TO: "linux"})
        found = [each for each in apart(tree) if each.rule == "portable-place"]
        assert [each.ways["linux"] for each in found] == expected


def test_a_file_that_is_included_from_elsewhere_is_no_place() -> None:
    files: dict[str, str | None] = {
        "/etc/pam.d/test": "auth include /x/common\n",
        "/x/common": "auth required pam_permit.so\n",
    }
    tree = read_tree(ListedMemory(files), declarations(), dialect=dialect_named("linux"))
    found = [each for each in apart(tree) if each.rule == "portable-place"]
    assert [each.span.file for each in found] == ["/etc/pam.d/test"]


def test_a_file_that_linux_does_not_look_into_is_not_said_to_be_a_place_of_its() -> None:
    line = "auth required pam_permit.so\n"
    for more, expected in (
        ({}, "looks into /etc/pam.d, /usr/lib/pam.d, /usr/share/pam/pam.d, /etc/pam.conf only"),
        (
            {"/etc/pam.d/su": line},
            "looks into /etc/pam.d, /usr/lib/pam.d, /usr/share/pam/pam.d only",
        ),
    ):
        files: dict[str, str | None] = {"/usr/local/etc/pam.d/cups": line, **more}
        dialect = dialect_named("openpam")
        known = declarations(dialect)
        tree = read_tree(ListedMemory(files), known, dialect=dialect, wanted={TO: "linux"})
        found = [each for each in apart(tree) if each.rule == "portable-place"]
        assert [each.ways for each in found] == [{"linux": expected}]
