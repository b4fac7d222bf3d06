"""Say yes to everything, for everybody.

Every primitive succeeds.  Before authenticate does, the user's name is asked for if none is
known, and an applicant who gives an empty one becomes the user `nobody`; if nobody answers, the
code of the conversation is the answer.

Success proves nothing at all: no name, secret or account is looked at.  The module belongs where
another line has already decided, or where a facility has nothing to do; as the only line of
`auth` it opens the service to anybody.  Source: `pam_permit(8)`.
"""

from __future__ import annotations

from pamkit.module.call import ModuleCall
from pamkit.module.declaration import declare, example
from pamkit.module.facts import ALWAYS_SUCCEEDS, ASKS_USER, CHANGES_USER, GRANTS_WITHOUT_SECRET
from pamkit.module.options import NoOptions
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive
from pamkit.vocab.item import Item

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Awaitable

MODULE = declare(
    "pam_permit",
    answers={
        Primitive.AUTHENTICATE: "success buf_err conv_err conv_again",
        Primitive.SETCRED: "success",
        Primitive.ACCT_MGMT: "success",
        Primitive.OPEN_SESSION: "success",
        Primitive.CLOSE_SESSION: "success",
        Primitive.CHAUTHTOK: "success",
    },
    reads=[Item.USER, Item.USER_PROMPT],
    sets=[Item.USER],
    # A conversation that cannot bring a name is the one exception, and it is not the module's.
    facts=[ALWAYS_SUCCEEDS, GRANTS_WITHOUT_SECRET, ASKS_USER, CHANGES_USER],
    examples=[
        example("login", "account required pam_permit.so", "every account may be used"),
        example("common-session", "session required pam_permit.so", "a chain needs one success"),
    ],
)

_NOBODY = "nobody"
_USER = Item.USER
_SUCCESS = ReturnCode.SUCCESS  # granting is what the module is for


def pam_sm_authenticate(call: ModuleCall[NoOptions]) -> ReturnCode | Awaitable[ReturnCode]:
    """Learn the user's name and say yes."""
    if call.item(_USER):
        return _SUCCESS
    return _asks_first(call)


async def _asks_first(call: ModuleCall[NoOptions]) -> ReturnCode:
    if not await call.user():
        call.set_item(Item.USER, _NOBODY)
    return _SUCCESS


def _yes(_: ModuleCall[NoOptions]) -> ReturnCode:
    return _SUCCESS


pam_sm_setcred = _yes
pam_sm_acct_mgmt = _yes
pam_sm_open_session = _yes
pam_sm_close_session = _yes
pam_sm_chauthtok = _yes
