"""An include of a file that is not there.

What it finds

A file that an include names and that is in none of the directories of policies. Where only a
part of a tree is at hand, as in a repository, this is a note that is made once for each file.

Why it matters

The entry always fails. A service whose checks are all in that file refuses everybody.

Avoid

    auth include system-atuh
    system-auth:
    auth required pam_unix.so

Prefer

    auth include system-auth
    system-auth:
    auth required pam_unix.so

Sources

- `pam.conf(5)`, `pam.d(5)`
"""

from __future__ import annotations

from pamkit.analysis.rule import Rule, Scope
from pamkit.analysis.service_names import USUAL, is_shared
from pamkit.policy.suggest import closest
from pamkit.vocab.diagnostic import Severity, shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.tree import Tree
    from pamkit.vocab.diagnostic import Finding

RULE = Rule("missing-include", level=Severity.ERROR, scope=Scope.TREE, since="0.1", id="INC-01")


def find(tree: Tree) -> Iterator[Finding]:
    """Yield what resolving found: each where it is certain, one for each file where it is not."""
    by_name: dict[str, list[Finding]] = {}
    for service, found in tree.reported(RULE.name):
        target = service.known[found.span].entry.target
        by_name.setdefault(target.text if target else "", []).append(found)
    # Of a part of a tree only what is made to be included can be a slip of the pen.
    names = [file.name for file in tree.files if tree.whole or is_shared(file.name)]
    for name, places in by_name.items():
        near = closest(name, names) or (name not in USUAL and closest(name, USUAL, most=1))
        if near:
            yield from (place.changed(help=f"did you mean `{near}`?") for place in places)
        elif tree.whole:
            yield from places
        else:
            yield RULE.finding(
                places[0].span,
                f"`{shown(name)}` is not in this tree",
                "lines that hang on it are not judged; check the tree that has it as well",
                level=Severity.NOTE,
                related=((place.span, "included here as well") for place in places[1:]),
            )
