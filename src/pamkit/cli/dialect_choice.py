"""The dialect that a command line names: Linux-PAM's, or that of another family."""

from __future__ import annotations

from pamkit.cli.shown import shown
from pamkit.cli.usage import UsageError
from pamkit.policy.dialect import DIALECT_NAMES, dialect_named
from pamkit.policy.suggest import did_you_mean

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.policy.dialect import Dialect


def dialect_chosen(name: str) -> Dialect:
    """Return the dialect of a name; `UsageError` for one that is none."""
    if name not in DIALECT_NAMES:
        hint = did_you_mean(name, DIALECT_NAMES)
        raise UsageError(f"there is no dialect `{shown(name)}`", hint)
    return dialect_named(name)
