"""What is remarked on the way, to the applicant or to the log."""

from __future__ import annotations

from pamkit.vocab.message import Style
from pamkit.vocab.priority import Priority

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.unix.options import Call


async def tell(call: Call, remark: str, style: Style = Style.ERROR_MSG) -> None:
    """Show the applicant a remark, unless the application wants none; it may come to nothing."""
    if not call.silent:
        await call.say(style, remark)


def debug(call: Call, line: str, priority: int = Priority.DEBUG) -> None:
    """Log a line that only `debug` and `audit` ask for."""
    if call.options.debug or call.options.audit:
        call.log(priority, line)
