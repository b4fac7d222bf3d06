"""Services that programs ask for, without the files that others include.

What an included file lacks may stand in those that include it: a rule that misses something there
would be wrong.
"""

from __future__ import annotations

from pamkit.analysis.service_names import is_shared

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.tree import Service, Tree


def standalone(tree: Tree) -> Iterator[Service]:
    """Yield the services that stand by themselves, and of which no part is missing."""
    for service in tree.services:
        is_included = service.file.path in tree.included or is_shared(service.name)
        if service.whole and not is_included:
            yield service
