"""Trees of policies in any family's words, and what of their lines others take otherwise."""

from __future__ import annotations

from pamkit.analysis.apart import Apart
from pamkit.analysis.portable import TO, apart
from pamkit.analysis.tree import Tree, read_tree
from pamkit.cli.declarations import declarations
from pamkit.policy.dialect import dialect_named
from pamkit.policy.source import Layout
from tests.analysis.trees import ListedMemory

FACILITIES = ("auth", "account", "password", "session")

TWO = "{0} {1} pam_x.so\n{0} required pam_y.so\n"
"""Two lines: a facility, and the control of the first one."""


def tree_of(
    dialect: str,
    text: str,
    *,
    to: str = "all",
    place: str = "/etc/pam.d/test",
    layout: Layout | None = None,
) -> Tree:
    """Return the tree of one file, that is read for the families ``to`` as well."""
    spoken = dialect_named(dialect)
    known = declarations(spoken)
    source = ListedMemory({place: text})
    return read_tree(source, known, dialect=spoken, wanted={TO: to}, layout=layout)


def apart_of(dialect: str, text: str, rule: str, *, to: str = "all") -> list[Apart]:
    """Return the lines of the service `test` that one of the portable rules tells of."""
    # A service that starts everywhere has lines in each facility.
    more = "".join(
        f"{each} required pam_permit.so\n" for each in FACILITIES if f"\n{each} " not in f"\n{text}"
    )
    found = apart(tree_of(dialect, text + more, to=to))
    return [each for each in found if each.rule == f"portable-{rule}"]
