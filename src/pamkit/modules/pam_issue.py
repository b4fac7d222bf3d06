r"""Show `/etc/issue` before the name of the user is asked for.

The text of the file is put before the prompt that asks for the name (`PAM_USER_PROMPT`).  Mind
that without a prompt of the application's own the text is all that is shown: no `login:` comes
behind it.  The line has to stand before any other that asks for the user.

In the text, unless `noesc` says otherwise, a backslash and a letter stand for something:

- `\s`, `\r`, `\v`, `\m`: the name, release, version and machine type of the system (`uname(1)`);
- `\n`, `\o`: the name of the machine, and its NIS domain (`(none)` without one);
- `\d`, `\t`: the date, as in `Sun Nov 22` and, behind two blanks, the year; the time, as in
  `09:05:00`;
- `\l`: the terminal on standard output, without `/dev/`;
- `\u`, `\U`: how many users are logged in, and the same with `user` or `users` behind it.

Any other letter stands for itself; `\\` is a backslash.

The answer is ignore: the module has no say.  It is `service_err` if the file cannot be read.
Everything happens once in a transaction: the second time nothing is done, also if the first has
failed.  It proves nothing about anybody.

Differences: *once* is for each transaction, where C means the program, until the module is
unloaded: threads that let users in at the same time take the text away from each other there.
The file must be a regular one (or `/dev/null`) of at most 65536 bytes.  Users are counted in
`/var/run/utmp` as by Linux-PAM up to 1.5, and only where that is missing by logind's sessions, as
newer ones do everywhere.  Source: `pam_issue(8)`.
"""

from __future__ import annotations

from pamkit.formats import issue, logind_session, utmp
from pamkit.formats.ctime import weekday_and_month
from pamkit.module.call import ModuleCall
from pamkit.module.declaration import declare, example
from pamkit.module.facts import NEVER_PROMPTS
from pamkit.module.options import Options, flag, path
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive
from pamkit.vocab.item import Item
from pamkit.vocab.priority import Priority

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.module.world import World

_ISSUE = "/etc/issue"


class IssueOptions(Options):
    """What may stand after the module's name in a policy."""

    issue: str = path("show this file", default=_ISSUE)
    noesc: bool = flag("show the text as it stands: a backslash is a backslash")


MODULE = declare(
    "pam_issue",
    options=IssueOptions,
    answers={
        Primitive.AUTHENTICATE: "ignore service_err",
        Primitive.SETCRED: "ignore",
    },
    reads=[Item.USER_PROMPT],
    sets=[Item.USER_PROMPT],
    facts=[NEVER_PROMPTS],
    files=[_ISSUE, utmp.UTMP, logind_session.SESSIONS],
    examples=[example("login", "auth optional pam_issue.so issue=/etc/issue.net", "as first line")],
)

_DONE = "pam_issue done"
_MOST = 1 << 16
_MOST_UTMP = 16 << 20  # bytes: forty thousand sessions
_CODING = ("utf-8", "surrogateescape")


def pam_sm_authenticate(call: ModuleCall[IssueOptions]) -> ReturnCode:
    """Put the text before the prompt."""
    if _is_done(call):
        return ReturnCode.IGNORE
    call.set_data(_DONE, True)
    file = call.options.issue
    try:
        text = call.world.files.read(file, limit=_MOST)
    except IsADirectoryError:
        call.log(Priority.ERR, "read error: Is a directory")  # C: it could be opened
        return ReturnCode.SERVICE_ERR
    except OSError as odd:
        call.log(Priority.ERR, f"error opening {file}: {odd.strerror}")
        return ReturnCode.SERVICE_ERR
    if call.options.noesc:
        text = text.partition(b"\0")[0]
    else:
        text = issue.expanded(text, lambda letter: _meaning(call.world, letter))
    prompt = call.item(Item.USER_PROMPT) or ""
    call.set_item(Item.USER_PROMPT, text.decode(*_CODING) + prompt)
    return ReturnCode.IGNORE


def pam_sm_setcred(_: ModuleCall[IssueOptions]) -> ReturnCode:
    """Do nothing."""
    return ReturnCode.IGNORE


def _is_done(call: ModuleCall[IssueOptions]) -> bool:
    try:
        call.data(_DONE)
    except KeyError:
        return False
    return True


def _meaning(world: World, letter: str) -> bytes | None:
    """Return what a letter stands for; `None` for one that stands for itself."""
    if letter in _OF_THE_MACHINE:
        said: str = getattr(world.process.machine(), _OF_THE_MACHINE[letter])
    elif letter == "o":
        said = _domain(world)
    elif letter in "dt":
        shown = world.clock.local(world.clock.now())
        said = f"{weekday_and_month(shown)} {shown.day}  {shown.year}"
        if letter == "t":
            said = f"{shown.hour:02d}:{shown.minute:02d}:{shown.second:02d}"
    elif letter == "l":
        said = world.process.terminal(1).removeprefix("/dev/")
    elif letter in "uU":
        users = _users(world)
        said = f"{users} {'user' if users == 1 else 'users'}" if letter == "U" else f"{users}"
    else:
        return None
    return said.encode(*_CODING)


_OF_THE_MACHINE = {
    "s": "system",
    "n": "name",
    "r": "release",
    "v": "version",
    "m": "architecture",
}


def _domain(world: World) -> str:
    try:
        return world.process.domain_name() or "(none)"  # C: the kernel's word for no domain
    except OSError:
        return ""


def _users(world: World) -> int:
    """Return how many users are logged in, 0 if nobody knows.  C: no error, it is but shown."""
    try:
        data = world.files.read(utmp.UTMP, limit=_MOST_UTMP)
    except FileNotFoundError:
        return _sessions_of_logind(world)
    except OSError:
        return 0
    layout = utmp.layout_for(world.process.machine().architecture)
    return sum(record.kind == utmp.Kind.USER_PROCESS for record in utmp.decode(data, layout))


def _sessions_of_logind(world: World) -> int:
    found = 0
    try:
        names = world.files.names(logind_session.SESSIONS)
    except OSError:
        return 0
    for name in names:
        try:
            data = world.files.read(f"{logind_session.SESSIONS}/{name}")
        except OSError:
            continue  # it ended meanwhile, or is no session but its pipe
        found += logind_session.is_users(data)
    return found
