"""What an account check says of an age: its answer, a log line, and words for the applicant."""

from __future__ import annotations

from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.message import Style
from pamkit.vocab.priority import Priority
from pamkit.vocab.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.formats.shadow_age import Age

# C: people and programs know these texts by heart.
_ENDED = "Your account has expired; please contact your system administrator."
_CHANGE = "You are required to change your password immediately "


class News(Record):
    """The answer, and what is to be logged and said; an empty text: nothing is."""

    code: ReturnCode
    priority: Priority = Priority.DEBUG
    line: str = ""
    style: Style = Style.ERROR_MSG
    remark: str = ""


def news_of(age: Age, name: str) -> News:
    """Return what an account check makes of an age.

    Source: `pam_sm_acct_mgmt` of Linux-PAM's pam_unix; the texts are exactly its own.
    """
    code = age.code
    if code is ReturnCode.ACCT_EXPIRED:
        line = f"account {name} has expired (account expired)"
        return News(code, Priority.NOTICE, line, remark=_ENDED)
    if code is ReturnCode.AUTHTOK_EXPIRED:
        line = f"account {name} has expired (failed to change password)"
        return News(code, Priority.NOTICE, line, remark=_ENDED)
    if code is ReturnCode.NEW_AUTHTOK_REQD and age.days_left == 0:
        line = f"expired password for user {name} (root enforced)"
        return News(code, Priority.NOTICE, line, remark=_CHANGE + "(administrator enforced).")
    if code is ReturnCode.NEW_AUTHTOK_REQD:
        line = f"expired password for user {name} (password aged)"
        return News(code, Priority.DEBUG, line, remark=_CHANGE + "(password expired).")
    if code not in (ReturnCode.SUCCESS, ReturnCode.AUTHTOK_ERR):
        return News(code)
    # Yes: it is in time; that the password may not be changed yet is no matter here.
    if age.days_left < 0:
        return News(ReturnCode.SUCCESS)
    line = f"password for user {name} will expire in {age.days_left} days"
    days = "day" if age.days_left == 1 else "days"
    warning = f"Warning: your password will expire in {age.days_left} {days}."
    return News(ReturnCode.SUCCESS, Priority.DEBUG, line, Style.TEXT_INFO, warning)
