"""pam_mail: where the mail is, and whether there is any."""

from __future__ import annotations

import pytest

from pamkit.module.world import Account, FileStatus, World
from pamkit.modules import pam_mail
from pamkit.testing.accounts import MemoryAccounts, account
from pamkit.testing.files import Dropped, MemoryFiles
from pamkit.testing.log import MemoryLog
from pamkit.testing.policies import Trial
from pamkit.testing.process import StandInProcess
from pamkit.testing.script import Line, Script, info, visible
from pamkit.testing.world import memory_world
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive
from pamkit.vocab.flags import Flag

_C = ReturnCode
_USERS = [account("root", 0, home="/root"), account("alice")]
_SPOOL = "/var/mail/alice"

_READ = FileStatus("file", size=9, accessed=20.2, modified=20.9)  # seconds count
_UNREAD = FileStatus("file", size=9, accessed=19.9, modified=20.0)


class _Noted(MemoryFiles):
    """Files that note as whom they were looked at."""

    def __init__(self) -> None:
        super().__init__()
        self.looked: list[tuple[str, str]] = []

    def status(self, path: str, *, follow: bool = True) -> FileStatus:
        self.looked.append((path, self.acting_as))
        return super().status(path, follow=follow)

    def names(self, path: str) -> tuple[str, ...]:
        self.looked.append((path, self.acting_as))
        return super().names(path)


def _world(*paths: str, statuses: dict[str, FileStatus] | None = None, uid: int = 0) -> World:
    files = _Noted()
    files.files |= dict.fromkeys(paths, b"")
    files.statuses |= statuses or {}
    return memory_world(users=_USERS, process=StandInProcess(uid=uid)).changed(files=files)


def _trial(world: World, options: str = "", *lines: Line, user: str | None = "alice") -> Trial:
    # Every answer of the module is the verdict.
    policy = "".join(f"{word} [default=ok] pam_mail.so {options}\n" for word in ("auth", "session"))
    return Trial(policy, pam_mail, world=world, user=user, conversation=Script(*lines))


def _open(world: World, options: str = "", *lines: Line) -> str | None:
    """Open a session, with these messages; return what `MAIL` is then."""
    trial = _trial(world, options, *lines)
    assert trial.open_session() == _C.SUCCESS
    assert isinstance(trial.conversation, Script)
    trial.conversation.assert_used_up()
    return trial.handle.env.get("MAIL")


def _log(world: World) -> list[str]:
    assert isinstance(world.log, MemoryLog)
    return [line.partition(": ")[2] for line in world.log.texts]


def test_the_variable_says_where_the_mail_is() -> None:
    assert _open(_world()) == _SPOOL
    assert _open(_world(), "noenv") is None


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ("dir=/srv/mail", "/srv/mail/alice"),
        ("dir=/srv/mail/", "/srv/mail//alice"),
        ("hash=2", "/var/mail/a/l/alice"),
        ("dir=/m hash=1", "/m/a/alice"),
        ("hash=99", "/var/mail/a/l/i/c/e/alice"),
        ("hash=-1", "/var/mail/a/l/i/c/e/alice"),
        ("hash=-0", _SPOOL),
        ("hash=+1x", "/var/mail/a/alice"),
        ("hash=x", _SPOOL),
        ("hash=", _SPOOL),
        (f"hash={'9' * 5000}", "/var/mail/a/l/i/c/e/alice"),
        ("hash=2 hash=x", _SPOOL),
        ("dir=~/Maildir", "/home/alice/Maildir"),
        ("dir=~Maildir", "/home/alice/Maildir"),
        ("dir=~//Maildir", "/home/alice//Maildir"),
        ("dir=~/Maildir hash=2", "/home/alice/Maildir"),
        ("dir=/m dir=", "/m/alice"),
        ("dir=", _SPOOL),
    ],
)
def test_options_say_where_the_mail_is(options: str, expected: str) -> None:
    assert _open(_world(), options) == expected


def test_letters_are_bytes_and_names_are_those_of_the_accounts() -> None:
    world = _world().changed(accounts=MemoryAccounts([account("jürgen", home="/h")]))
    trial = _trial(world, "hash=2 noenv nopen", user="jürgen")
    assert trial.open_session() == _C.SUCCESS
    trial = _trial(world, "hash=2", user="jürgen")
    trial.open_session()
    assert trial.handle.env["MAIL"] == "/var/mail/j/\udcc3/jürgen"


@pytest.mark.parametrize("place", ["~", "~/"])
def test_a_home_without_a_name_behind_it_is_an_error(place: str) -> None:
    world = _world()
    assert _trial(world, f"dir={place}").open_session() == _C.SERVICE_ERR
    assert _log(world) == [f"badly formed mail path [{place}]"]


def test_odd_words_are_logged_in_order() -> None:
    world = _world()
    _open(world, "one dir= dir=~/m hash=2 two=2 debug")
    assert _log(world) == [
        "unknown option: one",
        "dir= specification missing argument - ignored",
        "unknown option: two=2",
        "cannot do hash= and home directory mail",
    ]


_MAILDIR = [f"{_SPOOL}/{place}/1" for place in ("new", "cur")]


@pytest.mark.parametrize(
    ("paths", "status", "plain", "standard"),
    [
        ([], None, None, None),
        ([], _READ, "You have old mail in folder /var/mail/alice.", "You have mail."),
        ([], _UNREAD, "You have new mail in folder /var/mail/alice.", "You have new mail."),
        ([], FileStatus("file"), None, "You do not have any new mail."),
        ([], FileStatus("fifo"), None, "You do not have any new mail."),
        (_MAILDIR, None, "You have new mail in folder /var/mail/alice.", "You have new mail."),
        (_MAILDIR[1:], None, "You have old mail in folder /var/mail/alice.", "You have old mail."),
        ([f"{_SPOOL}/tmp/1"], None, None, "You do not have any new mail."),
    ],
)
def test_users_are_told_what_there_is(
    paths: list[str], status: FileStatus | None, plain: str | None, standard: str | None
) -> None:
    statuses = {} if status is None else {_SPOOL: status}
    world = _world(*paths, statuses=statuses)
    for options, said in (("", plain), ("standard", standard)):
        assert _open(world, options, *([info(said)] if said else [])) == _SPOOL


def test_that_there_is_no_mail_is_said_where_that_is_wanted() -> None:
    world = _world(statuses={_SPOOL: FileStatus("file")})
    _open(world, "empty", info("You have no mail in folder /var/mail/alice."))
    _open(_world(), "empty")  # C: without any file nothing is said


@pytest.mark.parametrize(
    ("status", "lines"),
    [
        (_READ, []),
        (FileStatus("file"), []),
        (_UNREAD, [info("You have new mail.")]),
    ],
)
def test_quiet_users_are_told_of_new_mail_only(status: FileStatus, lines: list[Line]) -> None:
    _open(_world(statuses={_SPOOL: status}), "standard quiet", *lines)


def test_an_application_that_wants_silence_gets_it() -> None:
    trial = _trial(_world(statuses={_SPOOL: _UNREAD}))
    assert trial.open_session(Flag.SILENT) == _C.SUCCESS
    assert trial.handle.env["MAIL"] == _SPOOL


def test_with_nopen_nobody_is_told_when_a_session_opens() -> None:
    world = _world(statuses={_SPOOL: _UNREAD})
    assert _open(world, "nopen") == _SPOOL
    assert isinstance(world.files, _Noted)
    assert world.files.looked == []


def test_the_variable_goes_when_the_session_is_closed() -> None:
    trial = _trial(_world(statuses={_SPOOL: _READ}), "nopen")
    trial.open_session()
    assert trial.close_session() == _C.SUCCESS
    assert trial.handle.env == {}
    assert _log(trial.world) == []


def test_a_variable_that_is_gone_already_is_logged_as_by_libpam() -> None:
    trial = _trial(_world())
    assert trial.close_session() == _C.SUCCESS
    assert _log(trial.world) == ["pam_putenv: delete non-existent entry; MAIL"]


def test_with_noenv_the_variable_is_left_alone() -> None:
    trial = _trial(_world(), "noenv")
    trial.handle.putenv("MAIL=/srv/mine")
    trial.open_session()
    trial.close_session()
    assert trial.handle.env == {"MAIL": "/srv/mine"}


def test_with_close_users_are_told_when_the_session_is_closed() -> None:
    line = info("You have mail.")
    trial = _trial(_world(statuses={_SPOOL: _READ}), "close standard nopen", line)
    trial.open_session()
    assert isinstance(trial.conversation, Script)
    assert trial.conversation.heard == []
    assert trial.close_session() == _C.SUCCESS
    trial.conversation.assert_used_up()


def test_credentials_are_as_a_session() -> None:
    line = info("You have new mail.")
    assert _trial(_world()).authenticate() == _C.IGNORE
    for flags in (Flag.REINITIALIZE_CRED, Flag.REFRESH_CRED):
        trial = _trial(_world(statuses={_SPOOL: _UNREAD}))
        assert trial.setcred(flags) == _C.IGNORE
        assert trial.handle.env == {}
    trial = _trial(_world(statuses={_SPOOL: _UNREAD}), "standard", line)
    assert trial.setcred(Flag.ESTABLISH_CRED) == _C.SUCCESS
    assert trial.handle.env == {"MAIL": _SPOOL}
    assert trial.setcred(Flag.DELETE_CRED) == _C.SUCCESS
    assert trial.handle.env == {}


@pytest.mark.parametrize("path", [_SPOOL, "/home/alice/Maildir"])
def test_cve_2010_3430_mail_is_looked_at_as_the_user_and_never_read(path: str) -> None:
    world = _world(f"{path}/cur/1")
    options = "standard" if path == _SPOOL else "standard dir=~/Maildir"
    _open(world, options, info("You have old mail."))
    files = world.files
    assert isinstance(files, _Noted)
    looked = [(place, "alice") for place in (path, f"{path}/new", f"{path}/cur")]
    # That something lies where only root decides what does, and no more, is for root to see.
    assert files.looked == [*([(path, "")] if path == _SPOOL else []), *looked]
    assert files.read_by == []
    assert files.acting_as == ""


class _Stuck(_Noted):
    def drop_to(self, account: Account) -> Dropped:
        raise PermissionError(1, "Operation not permitted")


@pytest.mark.parametrize(
    ("primitive", "flags", "expected"),
    [
        (Primitive.OPEN_SESSION, 0, _C.SESSION_ERR),
        (Primitive.CLOSE_SESSION, 0, _C.SESSION_ERR),
        (Primitive.SETCRED, Flag.ESTABLISH_CRED, _C.CRED_ERR),
    ],
)
def test_cve_2010_3435_without_the_user_s_rights_nothing_is_looked_at(
    primitive: Primitive, flags: int, expected: ReturnCode
) -> None:
    for options, looked in (("close", [(_SPOOL, "")]), ("close dir=~/Maildir", [])):
        files = _Stuck()
        files.statuses[_SPOOL] = _UNREAD
        world = _world().changed(files=files)
        assert _trial(world, options).call(primitive, flags) == expected
        assert _log(world) == ["cannot act as alice: Operation not permitted"]
        assert files.looked == looked


def test_nobody_s_rights_are_taken_to_see_that_there_is_no_mail() -> None:
    files = _Stuck()
    _open(_world().changed(files=files), "empty")
    assert files.looked == [(_SPOOL, "")]


def test_a_link_to_nothing_is_looked_at_as_the_user() -> None:
    class Linked(_Noted):
        def status(self, path: str, *, follow: bool = True) -> FileStatus:
            self.looked.append((path, self.acting_as))
            if follow:
                raise FileNotFoundError(2, "No such file or directory")
            return FileStatus("link")

    files = Linked()
    _open(_world().changed(files=files))
    assert files.looked == [(_SPOOL, ""), (_SPOOL, "alice")]


def test_who_is_not_root_looks_with_the_rights_there_are() -> None:
    world = _world(statuses={_SPOOL: _UNREAD}, uid=1001)
    _open(world, "standard", info("You have new mail."))
    assert isinstance(world.files, _Noted)
    assert world.files.looked == [(_SPOOL, "")]


def test_strangers_are_unknown() -> None:
    world = _world()
    assert _trial(world, user="eve").open_session() == _C.USER_UNKNOWN
    assert _log(world) == ["user unknown"]


def test_who_gives_no_name_is_unknown() -> None:
    world = _world()
    trial = _trial(world, "", visible("login:", None), user=None)
    assert trial.open_session() == _C.USER_UNKNOWN
    assert _log(world) == ["cannot determine user name: Conversation error"]


def test_a_conversation_that_fails_is_an_error() -> None:
    line = Line(info("x").style, "You have new mail.", EOFError())
    world = _world(statuses={_SPOOL: _UNREAD})
    assert _trial(world, "standard", line).open_session() == _C.CONV_ERR
    assert _log(world) == ["conversation failed"]


def test_accounts_that_cannot_be_read_are_an_error_and_no_strangers() -> None:
    world = _world()
    assert isinstance(world.accounts, MemoryAccounts)
    world.accounts.failing = True
    assert _trial(world).open_session() == _C.SERVICE_ERR
