"""Write into the log who asked for what, from where.

One line per call names the function, its flags, the service, the terminal, the user, and who
asks from which host; what is not known is written `<unknown>`.  It is usually put before
`pam_deny` in the service `other`.

The module decides nothing: it always answers ignore.  What it writes is what the application
claims, and a user name can be a password that was typed too early.  Source: `pam_warn(8)`.
"""

from __future__ import annotations

from pamkit.module.call import ModuleCall
from pamkit.module.declaration import declare, example
from pamkit.module.facts import ALWAYS_IGNORED, NEVER_PROMPTS
from pamkit.module.options import NoOptions
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import HOOK_NAMES, Primitive
from pamkit.vocab.item import Item
from pamkit.vocab.priority import Priority

MODULE = declare(
    "pam_warn",
    answers=dict.fromkeys(Primitive, "ignore"),
    reads=[Item.SERVICE, Item.TTY, Item.USER, Item.RUSER, Item.RHOST],
    facts=[ALWAYS_IGNORED, NEVER_PROMPTS],
    examples=[example("other", "auth required pam_warn.so", "leave a trace before the refusal")],
)

# C: the words and order of the line are the module's interface; programs match on it.
_SHOWN = (
    ("service", Item.SERVICE),
    ("terminal", Item.TTY),
    ("user", Item.USER),
    ("ruser", Item.RUSER),
    ("rhost", Item.RHOST),
)


def _warn(call: ModuleCall[NoOptions]) -> ReturnCode:
    call.log(Priority.NOTICE, _line(call))
    return ReturnCode.IGNORE


pam_sm_authenticate = _warn
pam_sm_setcred = _warn
pam_sm_acct_mgmt = _warn
pam_sm_open_session = _warn
pam_sm_close_session = _warn
pam_sm_chauthtok = _warn


def _line(call: ModuleCall[NoOptions]) -> str:
    flags = hex(call.flags) if call.flags else "0"
    items = []
    for word, item in _SHOWN:
        value = call.item(item)
        items.append(f"{word}=[{'<unknown>' if value is None else value}]")
    return f"function=[{HOOK_NAMES[call.primitive]}] flags={flags} {' '.join(items)}"
