"""Lines that cannot be asked, because their module or its function is missing, are passed over.

The libraries of macOS, CDE, AIX and HP-UX do so even where the line is required: who misspells or
loses the module that refuses lets everybody in.  pamkit takes such a line for one that failed, with
`PAM_MODULE_UNKNOWN`, and what its control makes of a failure holds; only under the quirk
`unasked-required` it is passed over.

Source: `openpam_dispatch` of Apple's OpenPAM-34, CDE's `pam_framework.c` (1996), and what IBM's and
HP's pages of `pam.conf` say.
"""

from __future__ import annotations

from pamkit.policy.control import Action
from pamkit.vocab.codes import ReturnCode

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.policy.dialect import Dialect

QUIRK = "unasked-required"

_AT = int(ReturnCode.MODULE_UNKNOWN)


def passes_over(dialect: Dialect, quirks: frozenset[str]) -> bool:
    """Whether lines that cannot be asked are passed over."""
    return dialect.passes_unasked and QUIRK in quirks


def passed_over(actions: tuple[int, ...]) -> tuple[int, ...]:
    """Return the actions of a control, with that of a line that cannot be asked left out."""
    return (*actions[:_AT], Action.IGNORE, *actions[_AT + 1 :])
