"""Whether a call is aimed at another store of accounts than the one that a module knows.

Source: `pam_sm_authenticate(3PAM)` and its sisters of Solaris: a module that does not recognize
the type of `PAM_REPOSITORY` does nothing and answers `ignore`.
"""

from __future__ import annotations

from pamkit.vocab.item import Item

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from pamkit.module.call import ModuleCall

_FILES = "files"


def is_elsewhere(call: ModuleCall[Any]) -> bool:
    """Return whether the application names a store, and it is not this machine's own files."""
    kind = call.item(Item.REPOSITORY)
    return kind is not None and kind != _FILES
