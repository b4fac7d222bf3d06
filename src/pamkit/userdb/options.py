"""The words that may follow `pam_userdb`."""

from __future__ import annotations

from pamkit.module.call import Stop
from pamkit.module.options import Match, Options, flag, path, text
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.priority import Priority

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.module.call import ModuleCall

    Call = ModuleCall["UserdbOptions"]


class UserdbOptions(Options):
    """What may stand after the module's name in a policy."""

    match = Match.ANY_CASE

    db: str = path("the database, by its path without a suffix", value="path")
    crypt: str | None = text(
        "`crypt`: hashes are stored; `none`, or anything else: passwords as they are",
        default=None,
        value="crypt|none",
    )
    icase: bool = flag("capitals do not matter in passwords that are stored as they are")
    key_only: bool = flag("the keys are `user-password`, and values do not matter")
    use_first_pass: bool = flag("take the password that was asked for before, never ask")
    try_first_pass: bool = flag("take the password that was asked for before, else ask")
    unknown_ok: bool = flag("taken, and without effect, as in C")
    dump: bool = flag("taken, and without effect: C writes every password to the log")
    debug: bool = flag("log what is looked for, and why it does not match; never a password")


def database_of(call: Call) -> str:
    """Return the path of the database, and log what is wrong with the words.

    Ends the hook with `service_err` if there is none that can be used.
    """
    last = ""
    for arg in call.args:
        word, sign, value = arg.partition("=")
        if sign and not value and word.lower() in ("db", "crypt"):
            line = f"{word.lower()}= specification missing argument - ignored"
            call.log(Priority.ERR, line)
        elif _is_unknown(arg):
            call.log(Priority.ERR, f"unknown option: {arg}")
        if sign and word.lower() == "db":
            last = value
    # C: an empty path unsets the one before it; one that cannot be taken must do so as well.
    database = call.options.db if last else ""
    if not database or not database.endswith(last):
        call.log(Priority.ERR, "can not get the database name")
        raise Stop(ReturnCode.SERVICE_ERR)
    if call.options.dump:
        call.log(Priority.NOTICE, "the database is not dumped: passwords do not belong in a log")
    return database


def debug(call: Call, line: str) -> None:
    """Log a line if `debug` is among the words.  C: it is the only one not taken in capitals."""
    if "debug" in call.args:
        call.log(Priority.INFO, line)


def _is_unknown(arg: str) -> bool:
    if arg.lower() == "debug":
        return arg != "debug"
    return bool(UserdbOptions.unknown([arg]))
