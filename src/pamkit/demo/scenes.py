"""The scenes of the demo as data: who tries what, what they type, and how it should end."""

from __future__ import annotations

from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive
from pamkit.vocab.flags import Flag
from pamkit.vocab.record import Record

_NO_FLAGS = 0


class Call(Record):
    """One call an application makes, and the code it should get."""

    primitive: Primitive
    code: ReturnCode = ReturnCode.SUCCESS
    flags: int = _NO_FLAGS


class Typed(Record):
    """A prompt that should come, and what is typed."""

    prompt: str
    answer: str


class Scene(Record):
    """One login: what is tried, what there is to see in it, and the result in a sentence."""

    title: str
    lesson: str
    result: str
    service: str
    user: str | None
    calls: tuple[Call, ...]
    typed: tuple[Typed, ...] = ()


_AUTHENTICATE = Call(Primitive.AUTHENTICATE)
_REFUSED = Call(Primitive.AUTHENTICATE, ReturnCode.AUTH_ERR)
_ACCOUNT = Call(Primitive.ACCT_MGMT)


def _password(answer: str) -> Typed:
    return Typed("Password: ", answer)


SCENES = (
    Scene(
        "the right password",
        "pam_unix says yes and jumps over pam_deny; what counts is pam_permit behind it",
        "alice comes in",
        "login",
        "alice",
        (_AUTHENTICATE, _ACCOUNT),
        (_password("correct horse"),),
    ),
    Scene(
        "a wrong password",
        "pam_unix says no, but its control ignores that: it is pam_deny that refuses",
        "alice stays outside",
        "login",
        "alice",
        (_REFUSED,),
        (_password("wrong horse"),),
    ),
    Scene(
        "a user nobody knows",
        "the applicant is asked for a password all the same, and learns nothing",
        "mallory stays outside",
        "login",
        None,
        (_REFUSED,),
        (Typed("login:", "mallory"), _password("guess")),
    ),
    Scene(
        "an account that has expired",
        "the password is right, and it is the account lines that refuse",
        "carol stays outside, with the right password",
        "login",
        "carol",
        (_AUTHENTICATE, Call(Primitive.ACCT_MGMT, ReturnCode.AUTH_ERR)),
        (_password("last season"),),
    ),
    Scene(
        "a password that must be changed, and is",
        "new_authtok_reqd is no yet; the change asks twice, in two passes",
        "dave has a new password",
        "login",
        "dave",
        (
            _AUTHENTICATE,
            Call(Primitive.ACCT_MGMT, ReturnCode.NEW_AUTHTOK_REQD),
            Call(Primitive.CHAUTHTOK, flags=int(Flag.CHANGE_EXPIRED_AUTHTOK)),
        ),
        (
            _password("old hat"),
            Typed("Current password: ", "old hat"),
            Typed("New password: ", "9 green kettles"),
            Typed("Retype new password: ", "9 green kettles"),
        ),
    ),
    Scene(
        "the new password",
        "the shadow file was really changed",
        "dave comes in with it",
        "login",
        "dave",
        (_AUTHENTICATE, _ACCOUNT),
        (_password("9 green kettles"),),
    ),
    Scene(
        "a session, opened and closed",
        "setcred goes the way authenticate went; close_session the way open_session went",
        "bob came in and went home",
        "login",
        "bob",
        (
            _AUTHENTICATE,
            _ACCOUNT,
            Call(Primitive.SETCRED, flags=int(Flag.ESTABLISH_CRED)),
            Call(Primitive.OPEN_SESSION),
            Call(Primitive.CLOSE_SESSION),
            Call(Primitive.SETCRED, flags=int(Flag.DELETE_CRED)),
        ),
        (_password("battery staple"),),
    ),
    Scene(
        "closed for maintenance",
        "a requisite line ends the chain at once: no password is asked for",
        "alice has to come back at noon",
        "backup",
        "alice",
        (_REFUSED,),
    ),
    Scene(
        "a substack",
        "what common-auth decides stays inside it; a jump has led to it",
        "grace may open the vault",
        "vault",
        "grace",
        (_AUTHENTICATE, _ACCOUNT),
        (_password("tulip"),),
    ),
    Scene(
        "the wrong group",
        "the condition is not met, so nothing is jumped over",
        "alice may not, and was asked for no password",
        "vault",
        "alice",
        (_REFUSED,),
    ),
    Scene(
        "a slip of the pen in the policy",
        "a control that is not understood refuses even the right password",
        "nobody can shop here until the line is mended",
        "shop",
        "alice",
        (Call(Primitive.AUTHENTICATE, ReturnCode.PERM_DENIED),),
        (_password("correct horse"),),
    ),
)
"""In the order they are played: the fifth changes the password that the sixth needs."""
