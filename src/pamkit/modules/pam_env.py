"""Set variables in the environment of the session.

Reads `/etc/security/pam_env.conf`, whose lines `NAME [DEFAULT=value] [OVERRIDE=value]` may put in
other variables (`${NAME}`) and items (`@{PAM_USER}`, `@{PAM_USER_PROMPT}`, `@{PAM_TTY}`,
`@{PAM_RUSER}`, `@{PAM_RHOST}`, and the user's `@{HOME}` and `@{SHELL}`); `\\` takes their meaning
away.  Where OVERRIDE is empty DEFAULT counts, and without either the variable is removed.  Then it
reads `KEY=value` lines from `/etc/environment`.  If the first file is missing, the second is not
read and the answer is ignore; a missing second file does not matter.  It works in open_session
and setcred; authenticate is ignored.

The answer is `abort` if a value cannot be expanded, and also if the last line of a pam_env.conf is
malformed or removes a variable that is not there; such a line further up is only passed over, as
in Linux-PAM.

The module checks nobody.  Whoever may write the files decides on `PATH` and `LD_PRELOAD` of
everybody.  `user_readenv=1` lets users set any variable for programs that run before they are
asked anything else: it is deprecated and off (CVE-2010-4708).  The user's file is read with the
user's own rights, never as root (CVE-2010-3430, CVE-2010-3431, CVE-2010-3435).

Differences: values end at 8191 bytes and all values of a file together at one megabyte; what
grows longer is an error and ends the reading (CVE-2011-3148, CVE-2011-3149).  Setcred answers
`cred_err` where C answers `session_err`, which it may not.  Paths must be absolute.
Source: `pam_env(8)`, `pam_env.conf(5)`.
"""

from __future__ import annotations

from pamkit.formats import environment_file, pam_env_conf
from pamkit.formats.continued_lines import BadLine
from pamkit.formats.parsed_once import parsed_once
from pamkit.module.as_user import is_missing
from pamkit.module.call import ModuleCall
from pamkit.module.declaration import declare, example
from pamkit.module.facts import NEVER_PROMPTS, READS_HOME, SETS_ENVIRONMENT
from pamkit.module.options import Option, Options, flag, path, text
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive
from pamkit.vocab.item import Item
from pamkit.vocab.priority import Priority

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from pamkit.module.world import Account

    Parse = Callable[[str], tuple[pam_env_conf.Setting | BadLine, ...]]

_CONF = "/etc/security/pam_env.conf"
_ENVIRONMENT = "/etc/environment"


def _switch(phrase: str, *, default: bool) -> Any:
    """An option `word=0` or `word=1`.  C: `atoi`, so that what is no number means 0."""
    return Option("", phrase, default, _is_on, True, "0|1")


def _is_on(given: str) -> bool:
    number = given.lstrip(" \t\n\v\f\r").removeprefix("-").removeprefix("+")
    digits = number[: len(number) - len(number.lstrip("0123456789"))]
    return bool(digits.strip("0"))


class EnvOptions(Options):
    """What may stand after the module's name in a policy."""

    debug: bool = flag("log each variable that is set or removed")
    conffile: str = path("the file of settings", default=_CONF)
    envfile: str = path("the file of plain assignments", default=_ENVIRONMENT)
    readenv: bool = _switch("whether to read the file of plain assignments", default=True)
    user_envfile: str = text(
        "the user's file of settings, below the home directory",
        default=".pam_environment",
        value="file",
    )
    user_readenv: bool = _switch(
        "whether to read the user's file (deprecated: users then set any variable)", default=False
    )


MODULE = declare(
    "pam_env",
    options=EnvOptions,
    answers={
        Primitive.AUTHENTICATE: "ignore",
        Primitive.SETCRED: "success ignore abort cred_err",
        Primitive.ACCT_MGMT: "service_err",
        Primitive.OPEN_SESSION: "success ignore abort session_err",
        Primitive.CLOSE_SESSION: "success",
        Primitive.CHAUTHTOK: "service_err",
    },
    reads=[Item.USER, Item.USER_PROMPT, Item.TTY, Item.RUSER, Item.RHOST],
    facts=[NEVER_PROMPTS, SETS_ENVIRONMENT, READS_HOME.when(user_readenv=True)],
    files=[_CONF, _ENVIRONMENT, "~/.pam_environment"],
    examples=[
        example("login", "session required pam_env.so"),
        example("login", "session required pam_env.so envfile=/etc/default/locale"),
    ],
)


def pam_sm_authenticate(_: ModuleCall[EnvOptions]) -> ReturnCode:
    """Do nothing; the line stands in `auth` for the sake of setcred."""
    return ReturnCode.IGNORE


def pam_sm_close_session(_: ModuleCall[EnvOptions]) -> ReturnCode:
    """Leave the environment alone."""
    return ReturnCode.SUCCESS


def _misplaced(call: ModuleCall[EnvOptions]) -> ReturnCode:
    name = call.primitive.name.lower()
    call.log(Priority.NOTICE, f"pam_sm_{name} called inappropriately")
    return ReturnCode.SERVICE_ERR


def _set_up(call: ModuleCall[EnvOptions]) -> ReturnCode:
    options = call.options
    if options.user_readenv:
        call.log(Priority.DEBUG, "deprecated reading of user environment enabled")
    code = _read_conf(call, _content(call, options.conffile), _settings)
    if code == ReturnCode.SUCCESS and options.readenv:
        code = _read_environment(call, options.envfile)
    if code == ReturnCode.SUCCESS and options.user_readenv:
        code = _read_users_own(call)
    return code


pam_sm_setcred = _set_up
pam_sm_open_session = _set_up
pam_sm_acct_mgmt = _misplaced
pam_sm_chauthtok = _misplaced

_MOST = 1 << 20
"""Bytes that one file may set; an environment of twice that cannot be given to any program."""


def _content(call: ModuleCall[EnvOptions], file: str) -> str | None:
    """Return a file's text; `None`, with a line in the log, if it cannot be read."""
    try:
        content = call.world.files.read(file)
    except OSError:
        call.log(Priority.ERR, f"Unable to open env file: {file}")
        return None
    return content.decode("utf-8", "surrogateescape")


_settings = parsed_once(pam_env_conf.parse)
"""What the administrator's file says; the user's own is forgotten."""


def _read_conf(call: ModuleCall[EnvOptions], content: str | None, parse: Parse) -> ReturnCode:
    if content is None:
        return ReturnCode.IGNORE
    room = _MOST
    code = ReturnCode.SUCCESS
    for line in parse(content):
        if isinstance(line, BadLine):
            call.log(Priority.ERR, line.complaint)
            code = ReturnCode.ABORT
            continue
        assignment = _assignment(call, line)
        if assignment is None:
            return ReturnCode.ABORT
        room -= len(assignment)
        if room < 0:
            call.log(Priority.ERR, f"more than {_MOST} characters of variables in one file")
            return ReturnCode.ABORT
        done = call.putenv(assignment)
        _note(call, assignment)
        # C: only the outcome of the last line is remembered.
        code = ReturnCode.SUCCESS if done == ReturnCode.SUCCESS else ReturnCode.ABORT
    return code


def _assignment(call: ModuleCall[EnvOptions], line: pam_env_conf.Setting) -> str | None:
    """Return ``NAME=value``, or ``NAME`` to remove it; `None` if it cannot be expanded."""
    values = []
    for unexpanded in (line.default, line.override):
        value = unexpanded
        if unexpanded is not None:
            value = pam_env_conf.expand(
                unexpanded,
                variable=call.getenv,
                item=lambda name: _item(call, name),
                complain=lambda sentence: call.log(Priority.ERR, sentence),
            )
            if value is None:
                return None
        values.append(value)
    default, override = values
    value = override or default
    return line.name if value is None else f"{line.name}={value}"


def _read_environment(call: ModuleCall[EnvOptions], file: str) -> ReturnCode:
    content = _content(call, file)
    for line in environment_file.parse(content or "", file):
        if isinstance(line, BadLine):
            call.log(Priority.ERR, line.complaint)
            continue
        if "=" not in line.text and call.getenv(line.text) is None:
            continue
        code = ReturnCode(call.putenv(line.text))
        if code != ReturnCode.SUCCESS:
            return ReturnCode.ABORT
        if call.options.debug:
            call.log(Priority.DEBUG, f'pam_putenv("{line.text}")')
    return ReturnCode.SUCCESS


def _read_users_own(call: ModuleCall[EnvOptions]) -> ReturnCode:
    account = _account(call)
    if account is None:
        call.log(Priority.ERR, "No such user!?")
        return ReturnCode.SUCCESS
    file = f"{account.home}/{call.options.user_envfile}"
    if is_missing(call.world.files, file):
        return ReturnCode.SUCCESS  # as most users': nobody's rights need to be taken
    try:
        # The path is the user's: only the user may open what lies there.
        with call.world.files.drop_to(account):
            content = _content_if_any(call, file)
    except OSError:
        setting = call.primitive is Primitive.SETCRED
        return ReturnCode.CRED_ERR if setting else ReturnCode.SESSION_ERR
    code = _read_conf(call, content, pam_env_conf.parse)
    return ReturnCode.SUCCESS if code == ReturnCode.IGNORE else code


def _content_if_any(call: ModuleCall[EnvOptions], file: str) -> str | None:
    return _content(call, file) if call.world.files.exists(file) else None


def _account(call: ModuleCall[EnvOptions]) -> Account | None:
    user = call.item(Item.USER)
    return None if user is None else call.world.accounts.find(user)


_ITEMS = {
    "PAM_USER": Item.USER,
    "PAM_USER_PROMPT": Item.USER_PROMPT,
    "PAM_TTY": Item.TTY,
    "PAM_RUSER": Item.RUSER,
    "PAM_RHOST": Item.RHOST,
}


def _item(call: ModuleCall[EnvOptions], name: str) -> str | None:
    """Return what `@{name}` stands for; `None` if nothing does."""
    if name in _ITEMS:
        return call.item(_ITEMS[name])
    if name not in ("HOME", "SHELL"):
        call.log(Priority.ERR, f"Unknown PAM_ITEM: <{name}>")
        return None
    if call.item(Item.USER) is None:
        return None
    account = _account(call)
    if account is None:
        call.log(Priority.ERR, "No such user!?")
        return None
    return account.home if name == "HOME" else account.shell


def _note(call: ModuleCall[EnvOptions], assignment: str) -> None:
    if call.options.debug:
        removed = "=" not in assignment
        line = f'remove variable "{assignment}"' if removed else f'pam_putenv("{assignment}")'
        call.log(Priority.DEBUG, line)
