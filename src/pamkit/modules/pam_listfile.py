"""Let in, or keep out, whom a list names.

`item=` says what is looked up in `file=`: the `user`, the `tty` (with or without `/dev/`), the
remote host `rhost`, the remote user `ruser`, the user's `shell`, or `group`, where each line names
a group that the user may be a member of.  The list has one name on each line, and a name must be
the same to the last letter.  What is found gets what `sense=` says, `allow` or `deny`; what is not
found gets the opposite.  The yes is `success`, the no `auth_err`, in every facility; setcred
always succeeds.  An item that is not set or empty is not in the list.

`apply=user` or `apply=@group` limits a list of terminals or hosts to one user or the members of
one group; for others the answer is ignore.  With other items it is nonsense and has no effect.

`onerr=succeed` answers success instead of `service_err` if the list is not there or may not be
read, the user has no account to take a shell from, or the options that stand behind it are wrong
or incomplete.  A list that everybody may write, a symbolic link, or anything else that is no
regular file is `auth_err`, whatever `onerr=` says.  `quiet` logs neither refusals nor missing
lists.

Success proves nothing about who is asking.  In `auth` the module belongs behind or before one
that asks for a secret.  A list of whom to let in that does not name root shuts root out.

Differences: the list is opened once, and what is judged is what is read; C looks first and opens
then, so that another file could be put in between.  If the list can be opened but not read to its
end, or the account database cannot be read, the answer is `service_err` whatever `onerr=` says; C
goes on as if the list ended there, or the user had no account.  A path must be absolute.  A line
with a NUL byte, which C cuts there, counts only against the user.  Source: `pam_listfile(8)`.
"""

from __future__ import annotations

from pamkit.formats.name_list import names
from pamkit.module.call import ModuleCall, Stop
from pamkit.module.declaration import declare, example
from pamkit.module.facts import ASKS_USER, CHECKS_CONDITION, GRANTS_WITHOUT_SECRET
from pamkit.module.membership import is_member
from pamkit.module.options import Option, Options, flag, path, text
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive
from pamkit.vocab.item import Item
from pamkit.vocab.priority import Priority
from pamkit.vocab.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from pamkit.module.world import Files, FileStatus

_ITEMS = {
    "user": Item.USER,
    "tty": Item.TTY,
    "rhost": Item.RHOST,
    "ruser": Item.RUSER,
    "group": Item.USER,
    "shell": Item.USER,
}
_CHOICES = {"onerr": ("succeed", "fail"), "sense": ("allow", "deny")}
_KEYS = ("item", "sense", "file", "onerr", "apply")

_LONGEST = 64 << 20
_WORLD_WRITABLE = 0o002


def _one_of(phrase: str, *choices: str) -> Any:
    """An option `word=choice`."""

    def read(given: str) -> str:
        if given not in choices:
            raise ValueError(f"expected one of {', '.join(choices)}, found `{given}`")
        return given

    return Option("", phrase, "", read, True, "|".join(choices))


class ListfileOptions(Options):
    """What may stand after the module's name in a policy."""

    complains = True

    item: str = _one_of("what is looked up in the list", *_ITEMS)
    sense: str = _one_of("what becomes of those whom the list names", *_CHOICES["sense"])
    file: str = path("the list: one name on each line")
    onerr: str = _one_of("the answer if something is wrong (default `fail`)", *_CHOICES["onerr"])
    apply: str = text("ask only about this user, or the members of this group", value="user|@group")
    quiet: bool = flag("do not log refusals and missing lists")


_CODES = "success auth_err service_err ignore"

MODULE = declare(
    "pam_listfile",
    options=ListfileOptions,
    answers={
        Primitive.AUTHENTICATE: _CODES,
        Primitive.SETCRED: "success",
        Primitive.ACCT_MGMT: _CODES,
        Primitive.OPEN_SESSION: _CODES,
        Primitive.CLOSE_SESSION: _CODES,
        Primitive.CHAUTHTOK: _CODES,
    },
    reads=[Item.SERVICE, Item.USER, Item.USER_PROMPT, Item.TTY, Item.RHOST, Item.RUSER],
    sets=[Item.USER],
    facts=[GRANTS_WITHOUT_SECRET, CHECKS_CONDITION, ASKS_USER],
    examples=[
        example(
            "ftpd",
            "auth required pam_listfile.so item=user sense=deny file=/etc/ftpusers onerr=succeed",
            "users in the list may not use FTP",
        ),
        example(
            "login",
            "auth required pam_listfile.so onerr=fail item=user sense=allow file=/etc/loginusers",
            "only users in the list may log in",
        ),
    ],
)


class _Order(Record):
    """What a line of a policy asks for; ``written`` is the file as it stands there."""

    item: str
    denies: bool
    file: str
    written: str
    on_error: ReturnCode
    apply: str


async def _judge(call: ModuleCall[ListfileOptions]) -> ReturnCode:
    order = _order(call)
    if isinstance(order, ReturnCode):
        return order
    user = await _user(call)
    if user and order.apply and not _applies(call, order.apply, user):
        return ReturnCode.IGNORE
    value = call.item(_ITEMS[order.item])
    if value is None and _ITEMS[order.item] is Item.USER:
        value = await _user(call)
        if value is None:
            return ReturnCode.SERVICE_ERR
    if order.item == "tty":
        value = (value or "").removeprefix("/dev/")
    if not value:
        # Success only for a list of whom to keep out: nobody's name is in no list.
        return ReturnCode.SUCCESS if order.denies else ReturnCode.AUTH_ERR
    if order.item == "shell":
        account = call.world.accounts.find(value)
        if account is None:
            call.log(Priority.NOTICE, f"getpwnam({value}) failed")
            return order.on_error
        value = account.shell
    content = _content(call, order)
    if isinstance(content, ReturnCode):
        return content
    if _is_listed(call, order, value, content) != order.denies:
        # Success: the list was read to its end, and it says so by what it names or does not name.
        return ReturnCode.SUCCESS
    refused = await _user(call)
    if not call.options.quiet:
        name = "(null)" if refused is None else refused
        service = call.item(Item.SERVICE)
        call.log(Priority.NOTICE, f"Refused user {name} for service {service}")
    return ReturnCode.AUTH_ERR


def pam_sm_setcred(_: ModuleCall[ListfileOptions]) -> ReturnCode:
    """Do nothing."""
    return ReturnCode.SUCCESS


pam_sm_authenticate = _judge
pam_sm_acct_mgmt = _judge
pam_sm_open_session = _judge
pam_sm_close_session = _judge
pam_sm_chauthtok = _judge


def _order(call: ModuleCall[ListfileOptions]) -> _Order | ReturnCode:
    """Return what the line asks for, or the answer to a line that makes no sense.

    C: what is wrong gets the answer of the `onerr=` that stands before it; the first one counts.
    """
    given: dict[str, str] = {}
    wrong: list[ReturnCode] = []
    on_error = ReturnCode.SERVICE_ERR
    for arg in call.args:
        word, sign, value = arg.partition("=")
        if arg == "quiet":
            continue
        if not sign:
            call.log(Priority.ERR, f'Bad option: "{arg}"')
        elif word not in _KEYS or value not in _CHOICES.get(word, (value,)):
            call.log(Priority.ERR, f"Unknown option: {arg}")
            wrong.append(ReturnCode.SERVICE_ERR if word == "onerr" else on_error)
        else:
            given[word] = value
            if word == "onerr":
                # Success only because the administrator asked for it.
                succeed = value == "succeed"
                on_error = ReturnCode.SUCCESS if succeed else ReturnCode.SERVICE_ERR
    apply = given.get("apply")
    for is_wrong, complaint in (
        (given.get("item") not in _ITEMS, "Unknown item or item not specified"),
        ("file" not in given, "List filename not specified"),
        ("sense" not in given, "Unknown sense or sense not specified"),
        (apply in ("", "@"), "Invalid usage for apply= parameter"),
    ):
        if is_wrong:
            call.log(Priority.ERR, complaint)
            wrong.append(on_error)
    if wrong:
        return wrong[0]
    if given["file"] and not call.options.file:
        call.log(Priority.ERR, f"expected an absolute path, found `{given['file']}`")
        return ReturnCode.SERVICE_ERR
    item = given["item"]
    if apply is not None and item not in ("tty", "rhost"):
        for _ in range(2 if item == "group" else 1):
            call.log(Priority.WARNING, "Non-sense use for apply= parameter")
        apply = None
    file = call.options.file if given["file"] else ""
    return _Order(item, given["sense"] == "deny", file, given["file"], on_error, apply or "")


async def _user(call: ModuleCall[ListfileOptions]) -> str | None:
    """Return the user; `None` if there is none to be had.  C: it asks each time it needs one."""
    try:
        return await call.user()
    except Stop:
        return None


def _applies(call: ModuleCall[ListfileOptions], whom: str, user: str) -> bool:
    if not whom.startswith("@"):
        return user == whom
    accounts = call.world.accounts
    account = accounts.find(user)
    return account is not None and is_member(accounts, account, whom[1:])


def _content(call: ModuleCall[ListfileOptions], order: _Order) -> bytes | ReturnCode:
    """Return the bytes of the list, or the answer if it cannot be had or believed."""
    found = _look(call.world.files, order.file)
    if found is None:
        if not call.options.quiet:
            call.log(Priority.ERR, f"Couldn't open {order.written}")
        return order.on_error
    status, data = found
    if not _is_believed(status, order.file):
        call.log(Priority.ERR, f"{order.written} is either world writable or not a normal file")
        return ReturnCode.AUTH_ERR
    if isinstance(data, bytes):
        return data
    if not isinstance(data, PermissionError):
        raise data
    if order.on_error == ReturnCode.SERVICE_ERR:
        call.log(Priority.ERR, f"Error opening {order.written}")
    return order.on_error


def _look(files: Files, file: str) -> tuple[FileStatus, bytes | OSError] | None:
    """Return what lies at a path, and its bytes or why they cannot be read; `None` if nothing."""
    if not file:
        return None
    try:
        return files.read_with_status(file, follow=False, limit=_LONGEST)
    except OSError as fault:
        try:
            return files.status(file, follow=False), fault
        except OSError:
            return None


def _is_believed(status: FileStatus, file: str) -> bool:
    # C: to `lstat(2)` a slash behind the name of a file is an error.
    return status.kind == "file" and not status.mode & _WORLD_WRITABLE and not file.endswith("/")


def _is_listed(
    call: ModuleCall[ListfileOptions], order: _Order, value: str, content: bytes
) -> bool:
    listed = names(content, cut=order.denies)
    if order.item == "group":
        accounts = call.world.accounts
        account = accounts.find(value)
        return account is not None and any(
            is_member(accounts, account, name.decode("utf-8", "surrogateescape")) for name in listed
        )
    sought = value.encode("utf-8", "surrogateescape")
    if order.item == "tty":
        return any(name.removeprefix(b"/dev/") == sought for name in listed)
    return sought in listed
