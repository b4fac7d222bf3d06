"""pam_mail beside the system's own."""

from __future__ import annotations

import os
import random

from pamkit.vocab.flags import Flag
from tests.oracle.stage import STAGE, Case, Content, File, assert_same, stack

pytestmark = STAGE

_CASES = 160 * int(os.environ.get("PAMKIT_ORACLE_CASES", "1"))
_C_ALONE = ("unexpected response from failed conversation function",)

_USERS = {"alice": "/home/alice", "bob": "/home/bob", "root": "/root"}
_OWNERS = {"alice": 1000, "bob": 1001, "root": 0}
_PLACES = (
    "/var/mail/{user}",
    "/srv/mail/{user}",
    "/var/mail/{first}/{user}",
    "{home}/Maildir",
)
_FLAGS = ("close", "nopen", "noenv", "empty", "quiet", "standard", "standard", "debug")
_ODD = ("nonsense", "STANDARD", "close=1", "dir=", "dir=~", "dir=~/")
_DIRS = (
    "",
    "",
    "",
    "dir=/srv/mail",
    "dir=/srv/mail/",
    "dir=~/Maildir",
    "dir=~Maildir",
    "dir=~//Maildir",
)
_HASHES = ("", "", "", "", "hash=1", "[hash= +1x]", "hash=-1", "hash=0", "hash=x", "hash=")
_CALLS = (
    *((("open_session", 0), ("close_session", 0)),) * 5,
    (("close_session", 0),),
    (("open_session", Flag.SILENT), ("close_session", Flag.SILENT)),
    (("setcred", Flag.ESTABLISH_CRED), ("setcred", Flag.DELETE_CRED)),
    (("setcred", Flag.ESTABLISH_CRED | Flag.SILENT),),
    (("setcred", Flag.ESTABLISH_CRED | Flag.DELETE_CRED),),
    (("setcred", Flag.REINITIALIZE_CRED),),
    (("setcred", Flag.REFRESH_CRED), ("setcred", 0)),
    (("authenticate", 0),),
)


def _control(chance: random.Random) -> str:
    return chance.choice(("[default=ok]", "required"))


def _box(chance: random.Random, owner: int) -> list[tuple[str, Content]]:
    """Return what lies where the mail is, as names behind that path."""
    kind = chance.choice((0, 1, 2, 2, 3, 4, 4, 4))
    if kind == 0:
        return []
    if kind == 1:
        return [("", File(uid=owner, mode=0o600))]
    if kind == 2:
        read, changed = chance.choice(((5, 5), (5, 6), (6, 5)))
        return [("", File(b"From x\n", 0o600, owner, modified=changed, accessed=read))]
    if kind == 3:
        return [("", File(kind=chance.choice(("link", "fifo")), to="/srv/box", uid=owner))]
    box: list[tuple[str, Content]] = [("", File(kind="directory", mode=0o700, uid=owner))]
    for name in ("new", "cur", "tmp"):
        if chance.random() < 0.8:
            # Now and then it is root's alone.
            closed = 0 if chance.random() < 0.2 else owner
            box.append((f"/{name}", File(kind="directory", mode=0o700, uid=closed)))
            if chance.random() < 0.4:
                box.append((f"/{name}/{chance.choice(('1', '.hidden'))}", "x"))
    return box


def _case(chance: random.Random) -> Case:
    user = chance.choice((*_USERS, "alice", "alice"))
    home, owner = _USERS[user], _OWNERS[user]
    options = chance.sample(_FLAGS, chance.choice((0, 1, 1, 2, 2, 3)))
    options += [chance.choice(_DIRS), chance.choice(_HASHES)]
    if chance.random() < 0.15:
        odd = chance.choice(_ODD)
        # What an empty `dir=` does behind another is named below.
        options.insert(chance.randint(0, 1) if odd != "dir=" else 0, odd)
    files: list[tuple[str, Content]] = [
        ("/srv/box", chance.choice((None, "x", ""))),
        *((path, File(kind="directory", mode=0o755)) for path in ("/srv/mail", "/var/mail/a")),
    ]
    if owner:
        mode = chance.choice((0o755, 0o700))
        files.append((home, File(kind="directory", uid=owner, mode=mode)))
    for place in _PLACES:
        path = place.format(user=user, home=home, first=user[0])
        box = _box(chance, owner)
        files += [(f"{path}{name}", content) for name, content in box]
    uid = chance.choice((0, 0, 0, 0, 0, 1000, 1001))
    return Case(
        stack("pam_mail", " ".join(filter(None, options)), _control(chance)),
        [(name, int(flags)) for name, flags in chance.choice(_CALLS)],
        user=chance.choice((*(user,) * 12, "eve", None)),
        answers=chance.choice(((user,), (user,), (None,), ())),
        environment=chance.choice(((), ("MAIL=/mine",))),
        files=files,
        uid=uid,
    )


def test_mail_is_reported_as_by_the_module_in_c() -> None:
    chance = random.Random(51)
    cases = {f"{number}": _case(chance) for number in range(_CASES)}
    assert_same(cases, only_in_c=_C_ALONE, said_anew=_ANEW)


# C: up to 1.5 the first; since 1.6 the second.
_ANEW = {"You have no mail.": "You do not have any new mail."}

_DIFFERENT = {
    "cut off": "C sees mail at paths that count from where the process is",
    "empty dir= behind another": "C logs that it ignores it, and takes it for the root directory",
    "no mail": "since 1.6 the text says that there is no new mail",
}


def _one(options: str, *files: tuple[str, Content], **more: object) -> Case:
    case = Case(stack("pam_mail", options), (("open_session", 0),), files=files)
    return case._replace(**more)  # type: ignore[arg-type]  # fields of a case


_BOX = File(b"From x\n", 0o600, 1000, modified=6, accessed=5)


def test_what_is_different_is_named() -> None:
    cases = {
        "cut off": _one("dir=etc/../var/mail", ("/var/mail/alice", _BOX)),
        "empty dir= behind another": _one("dir=/srv/mail dir="),
        "no mail": _one("standard", ("/var/mail/alice", File(uid=1000))),
    }
    assert_same(cases, different=_DIFFERENT)


def test_cve_2010_3430_root_s_group_opens_no_mail_of_the_user_s() -> None:
    """Maildirs that root, or root's group, could look into, and the user may not."""
    closed = {
        "root": File(kind="directory", mode=0o700),
        "root's group": File(kind="directory", mode=0o070, uid=1001),
        "the user": File(kind="directory", mode=0o700, uid=1000),
        "the user's group": File(kind="directory", mode=0o070, uid=0, gid=10),
        "another": File(kind="directory", mode=0o770, uid=1001, gid=1001),
    }
    cases = {
        f"{who} {links}": _one(
            f"dir=~/Maildir {links}".strip(),
            ("/home/alice", File(kind="directory", uid=1000, mode=0o755)),
            ("/home/alice/Maildir", File(kind="directory", uid=1000, mode=0o755)),
            ("/home/alice/Maildir/new", directory),
            ("/home/alice/Maildir/new/1", "x"),
            groups=(0, 4, 1001),
        )
        for who, directory in closed.items()
        for links in ("", "empty")
    }
    assert_same(cases)
