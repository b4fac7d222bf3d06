"""Policies of the corpus as trees, as sides of a comparison, and as services."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from pamkit.analysis.catalog import chosen, rule_files
from pamkit.analysis.lint import lint
from pamkit.analysis.pam_auth_update import common_files, read_profile
from pamkit.analysis.tree import Tree, read_tree
from pamkit.cli.diff_places import Side, Texts, made_side
from pamkit.policy.source import Layout
from tests.analysis.trees import ListedMemory, known
from tests.conftest import CORPUS

_UNIX = "debian12-pam-auth-update/01-unix/usr/share/pam-configs/unix"


@cache
def texts(root: str) -> dict[str, str]:
    """Return the files of a root by path; profiles of pam-auth-update are made common files of.

    Beside them stands Debian's own profile `unix`.
    """
    found = {
        f"{directory}/{path.name}": _text(path)
        for directory in Layout().directories
        for path in sorted(CORPUS.joinpath(root + directory).glob("*"))
        if path.is_file()
    }
    conf = CORPUS / root / "etc" / "pam.conf"
    if conf.is_file():
        found["/etc/pam.conf"] = _text(conf)
    profiles = sorted(CORPUS.joinpath(root, "usr/share/pam-configs").glob("*"))
    if profiles and "/etc/pam.d/common-auth" not in found:
        read = [read_profile(path.name, _text(path)) for path in (CORPUS / _UNIX, *profiles)]
        found |= {f"/etc/pam.d/{name}": text for name, text in common_files(read).items()}
    return found


def _text(path: Path) -> str:
    return path.read_bytes().decode("utf-8", "surrogateescape")


@cache
def side(root: str) -> Side:
    """Return the policies of a root, to be compared."""
    return made_side(root, Texts(texts(root)), Layout(), None)


@cache
def tree(root: str) -> Tree:
    """Return the tree of a root, for lint."""
    return read_tree(ListedMemory(texts(root)), known(), dialect=side(root).dialect)


@cache
def found_rules(root: str, *names: str) -> frozenset[str]:
    """Return the names of the rules that find something; of some, or of all that always run."""
    report = lint(tree(root), chosen(rule_files(), names))
    return frozenset(found.rule for found in report.findings)
