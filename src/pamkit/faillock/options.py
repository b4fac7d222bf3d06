"""The words that may follow `pam_faillock`, and those of its predecessors, which point on."""

from __future__ import annotations

from pamkit.formats.faillock_conf import LONGEST, MOST_DENY
from pamkit.module.options import Option, Options, flag, number, path, text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


def _interval(phrase: str) -> Any:
    seconds = number(phrase, most=LONGEST)
    return Option(
        "",
        phrase,
        None,
        lambda given: 0 if given == "never" else seconds.read(given),
        value="seconds or never",
    )


def _gone(advice: str, kind: Callable[..., Any] = flag) -> Any:
    said = f"an option of pam_tally, not of pam_faillock: {advice}"
    return kind("not known here", deprecated=said)


class FaillockOptions(Options):
    """What may stand after the module's name in a policy."""

    preauth: bool = flag("refuse who is locked; that is what it does without such a word, too")
    authfail: bool = flag("put a failure on record")
    authsucc: bool = flag("refuse who is locked, and forget the failures of others")
    conf: str = path("read this file instead of `/etc/security/faillock.conf`; it must be there")
    dir: str = path("keep the failures in this directory", value="directory")
    audit: bool = flag("log names of users that do not exist")
    silent: bool = flag("do not tell users that they are locked")
    no_log_info: bool = flag("do not log that an account was locked")
    local_users_only: bool = flag("take no part for users who have no line in `/etc/passwd`")
    nodelay: bool = flag("do not ask for a delay of two seconds after a failure")
    deny: int = number("lock with so many failures; 0 locks nobody", default=3, most=MOST_DENY)
    fail_interval: int = number(
        "how far back failures count", default=900, most=LONGEST, value="seconds"
    )
    unlock_time: int | None = _interval("how long a lock lasts; without it 600")
    even_deny_root: bool = flag("lock root and administrators as well")
    root_unlock_time: int | None = _interval(
        "how long a lock lasts for root and administrators; without it as for everybody"
    )
    admin_group: str = text("members of this group are administrators", value="group")
    onerr: str = _gone("what fails here refuses", text)
    file: str = _gone("use `dir=`, which names a directory", text)
    lock_time: str = _gone("pam_faildelay makes failures slow", text)
    magic_root: bool = _gone("root is not locked without `even_deny_root`")
    even_deny_root_account: bool = _gone("use `even_deny_root`")
    no_lock_time: bool = _gone("`unlock_time=never` locks without end")
    per_user: bool = _gone("limits are the same for all users but administrators")
    reset: bool = _gone("`authsucc` resets")
    no_reset: bool = _gone("without `authsucc` and a line of `account` nothing is reset")
    serialize: bool = _gone("the file is locked in any case")
    quiet: bool = _gone("use `silent`")
