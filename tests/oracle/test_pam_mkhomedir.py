"""pam_mkhomedir against the system's own and its helper: answers, and whole trees."""

from __future__ import annotations

import os
import random
from typing import Any

from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.flags import Flag
from tests.oracle.stage import _PASSWD, STAGE, Case, Content, File, assert_same, play

pytestmark = STAGE

_CASES = 100 * int(os.environ.get("PAMKIT_ORACLE_CASES", "1"))
_HOME = "/home/alice"
_DEFS = "/etc/login.defs"

_HELPERS = (
    "unable to ",
    "Bogus ",
    "Relative user home directory",
)
"""What the helper of C says, under its own name, and we as the module."""

_NAMES = (".profile", ".bashrc", "bin", "a b", "caf\udce9", "-", "Mail", ".config")
_MODES = (0o644, 0o600, 0o755, 0o400, 0, 0o777, 0o1666, 0o4755, 0o2755, 0o2644, 0o444, 0o111)
_DIRECTORY_MODES = (0o755, 0o700, 0o777, 0o1777, 0o2755, 0)

_BELOW_SRV = ("a", "alice", "all", "link", "mine", "no", "real", "skel", "theirs", "to")

Files = list[tuple[str, Content]]


def _skeleton(chance: random.Random, top: str) -> Files:
    """Return files for a skeleton, the directories before what lies in them."""
    owner = chance.choice(((0, 0), (1001, 100)))
    found: Files = [(top, File(kind="directory", mode=chance.choice(_DIRECTORY_MODES[:3])))]
    places = [top]
    for _ in range(chance.randrange(9)):
        path = f"{chance.choice(places)}/{chance.choice(_NAMES)}"
        if any(path == known for known, _ in found):
            continue
        kind = chance.choice(("file", "file", "directory", "link", "fifo"))
        if kind == "directory":
            mode = chance.choice(_DIRECTORY_MODES)
            found.append((path, File(b"", mode, *owner, kind=kind)))
            places.append(path)
        elif kind == "link":
            to = chance.choice((".profile", "/etc/passwd", "nowhere", "..", "x" * 200))
            found.append((path, File(kind="link", to=to, uid=owner[0], gid=owner[1])))
        else:
            data = chance.choice((b"", b"text\n", bytes(range(256)) * 300))
            found.append((path, File(data, chance.choice(_MODES), *owner, kind=kind)))
    return found


def _case(words: str = "", *, home: str = _HOME, **more: Any) -> Case:
    files: Files = [
        *((path, None) for path in (_HOME, "/home/bob", _DEFS, "/root/alice")),
        # Nothing of what was made before.
        *((f"/srv/{name}", None) for name in _BELOW_SRV),
        ("/etc/passwd", _passwd(home)),
    ]
    files += more.pop("files", [("/etc/skel", File(kind="directory", mode=0o755))])
    return Case(
        f"session required pam_mkhomedir.so {words}\n",
        (("open_session", int(more.pop("flags", 0))), ("close_session", 0)),
        files=files,
        watch=more.pop("watch", (f"{_HOME}/**", "/home/bob/**", "/srv/**")),
        **more,
    )


def _passwd(home: str) -> str:
    return _PASSWD.replace("/home/alice:", f"{home}:")


def _words(chance: random.Random) -> str:
    words = []
    for _ in range(chance.choice((0, 1, 1, 2, 3))):
        word = chance.choice(("debug", "silent", "umask=", "umask=", "skel=", "skel=/srv/skel"))
        if word == "umask=":
            word += chance.choice(("022", "077", "0", "0027", "00", "0777", "002", "07777", "x"))
        if chance.random() < 0.08:
            word = chance.choice(("Debug", "umask", "UMASK=0", "skel", "silent=1", "é"))
        words.append(word)
    return " ".join(words)


def test_trees_are_those_of_the_real_module() -> None:
    chance = random.Random(70)
    cases = {}
    for at in range(_CASES):
        files = [
            *_skeleton(chance, "/etc/skel"),
            *_skeleton(chance, "/srv/skel"),
            # C, up to 1.5, gives directories in the home nothing of it: see below.
            (_DEFS, chance.choice((None, "UMASK 022\n", "HOME_MODE 0755\n# UMASK 077\n"))),
        ]
        cases[f"{at}"] = _case(
            _words(chance),
            files=files,
            user=chance.choice(("alice",) * 6 + ("bob", "root", "stranger", "", None)),
            home=chance.choice(
                (_HOME,) * 5 + ("/srv/a/b/alice", "/home/alice/", "/home/.//alice/.")
            ),
            flags=chance.choice((0, 0, int(Flag.SILENT))),
            umask=chance.choice((0o022, 0o077, 0)),
            uid=chance.choice((0,) * 8 + (1000,)),
        )
    assert_same(cases, unsaid=_HELPERS)
    played = play(list(cases.values())[:30])
    filled = [ours for _, ours in played if any(".profile" in path for path, _ in ours.left)]
    assert len(filled) >= 5, "hardly any home is made"


_AS_OF_1_7 = "directories in it have its permissions; up to 1.5 they had 0755"


def test_permissions_of_the_home_are_those_of_the_real_module() -> None:
    files: Files = [
        ("/etc/skel", File(kind="directory", mode=0o755)),
        ("/etc/skel/d", File(kind="directory", mode=0o700)),
        ("/etc/skel/f", File(b"", 0o600)),
    ]
    lines = {
        "UMASK 077\n": _AS_OF_1_7,
        "UMASK 027\n": _AS_OF_1_7,
        "UMASK 002\n": "",
        "UMASK 022\n": "",
        "HOME_MODE 0700\n": _AS_OF_1_7,
        "HOME_MODE 0711\nUMASK 077\n": _AS_OF_1_7,
        "HOME_MODE 02755\n": _AS_OF_1_7,
        "HOME_MODE 0\nUMASK 077\n": "",
        "home_mode=0755\n": "",
        "HOME_MODE 0x1c0\n": "a mode is octal",
        "HOME_MODE 700\n": "a mode is octal: C takes it for 01274",
        "HOME_MODE 0755 # why\n": "C says that it is bogus",
        "HOME_MODE 8\n": "a mode is octal",
        "HOME_MODE none\n": "",
        "HOME_MODE\n": "nothing is no mode",
        "UMASK none\n": "C opens the home to everybody",
        "UMASK\n": "C opens the home to everybody",
        "UMASK 0x77\n": "C opens the home to everybody",
    }
    cases = {line: _case(files=[*files, (_DEFS, line)]) for line in lines}
    assert_same(cases, unsaid=_HELPERS, different={line: why for line, why in lines.items() if why})
    options = {
        "umask=77": "C takes 77 for decimal, for the files, which are open to everybody then",
        "umask=22": "C takes 22 for decimal, for the files",
        "umask=0x3f": "C opens the home to everybody",
        "umask=": "C opens home and files to everybody",
        "umask=-1": "for C it is a mask",
        "umask=08": "",
        "umask=9": "C takes it for decimal for the files, and opens the home to everybody",
    }
    cases = {words: _case(words, files=files) for words in options}
    assert_same(
        cases, unsaid=_HELPERS, different={words: why for words, why in options.items() if why}
    )


def test_no_mask_opens_a_home_to_everybody() -> None:
    files: Files = [
        ("/etc/skel", File(kind="directory", mode=0o755)),
        ("/etc/skel/f", File(b"", 0o666)),
    ]
    masks = ("77", "077", "0x3f", "", "x", "-1", "9", "08")
    cases = [_case(f"umask={mask}", files=files) for mask in masks]
    found = {}
    for mask, (_, ours) in zip(masks, play(cases), strict=True):
        left = dict(ours.left)
        found[mask] = tuple(left.get(path, "").split(" ")[0] for path in (_HOME, f"{_HOME}/f"))
    assert found == {
        mask: ("40700", "100600") if mask.endswith("77") else ("", "") for mask in masks
    }


def test_hostile_and_odd_homes() -> None:
    skeleton: Files = [
        ("/etc/skel", File(kind="directory", mode=0o755)),
        ("/etc/skel/.profile", "x\n"),
    ]
    mine = ("/srv/mine", File(kind="directory", mode=0o755, uid=1000, gid=1000))
    cases = {
        "a home of another's": _case(files=[(_HOME, File(kind="directory", mode=0o700, uid=1001))]),
        "a home of root's": _case(files=[(_HOME, File(kind="directory", mode=0o700))]),
        "a file": _case("debug", files=[(_HOME, File(b""))]),
        "a link to a directory": _case(files=[(_HOME, File(kind="link", to="/srv"))]),
        "a link to nothing": _case(files=[*skeleton, (_HOME, File(kind="link", to="/srv/no"))]),
        "a link to itself": _case(files=[*skeleton, (_HOME, File(kind="link", to=_HOME))]),
        "root of all": _case("debug", home="/"),
        "double root": _case(home="//"),
        "point": _case(home="/."),
        "two points": _case(home="/home/.."),
        "relative": _case("debug", home="srv/alice", files=skeleton),
        "relative and there": _case(home="etc"),
        "empty": _case(home="", files=skeleton),
        "below a file": _case(home="/etc/passwd/alice", files=skeleton),
        "below a link of root's": _case(
            home="/srv/to/alice",
            files=[
                *skeleton,
                ("/srv/real", File(kind="directory", mode=0o755)),
                ("/srv/to", File(kind="link", to="real")),
            ],
        ),
        "below a link to nothing": _case(
            home="/srv/to/alice", files=[*skeleton, ("/srv/to", File(kind="link", to="no"))]
        ),
        "below a link of a user's": _case(
            home="/srv/to/alice",
            files=[*skeleton, ("/srv/to", File(kind="link", to="/root", uid=1000))],
            watch=("/root/alice/**",),
        ),
        "below a user's directory": _case(
            home="/srv/theirs/alice",
            files=[*skeleton, ("/srv/theirs", File(kind="directory", mode=0o700, uid=1000))],
        ),
        "points on the way": _case(home="/srv/../home/alice", files=skeleton),
        "points behind it": _case(home="/home/alice/..", files=skeleton, watch=("/home",)),
        "no skeleton": _case(files=[("/etc/skel", None)]),
        "a skeleton that is a file": _case(files=[("/etc/skel", b"")]),
        "a skeleton that is a link": _case(
            files=[*skeleton, ("/srv/link", File(kind="link", to="/etc/skel"))]
        )._replace(policy="session required pam_mkhomedir.so skel=/srv/link\n"),
        "a relative skeleton": _case("skel=etc/skel", files=skeleton),
        "no skeleton wanted": _case("skel=", files=skeleton),
        "as oneself": _case(
            uid=1000,
            home="/srv/mine/alice",
            files=[*skeleton, mine],
        ),
        "as oneself, without right": _case("debug", uid=1000, files=skeleton),
        "as another": _case(
            uid=1001,
            home="/srv/all/alice",
            files=[
                ("/etc/skel", File(kind="directory", mode=0o755)),
                ("/srv/all", File(kind="directory", mode=0o1777)),
            ],
        ),
        "only the effective user is root": _case(uid=1000, euid=0, files=skeleton),
        "only the real user is root": _case(uid=0, euid=1000, files=skeleton),
        "login.defs closed": _case(
            uid=1000,
            home="/srv/mine/alice",
            files=[*skeleton, mine, (_DEFS, File(b"UMASK 077\n", mode=0o600))],
        ),
        "a file nobody may read": _case(
            uid=1000,
            home="/srv/mine/alice",
            files=[skeleton[0], mine, ("/etc/skel/.secret", File(b"", mode=0o600))],
        ),
        "umask of nothing": _case(files=skeleton, umask=0o777),
    }
    different = {
        "relative": "as of 1.7 it is refused; C up to 1.5 makes it where the process is",
        "relative and there": "it is refused, whatever the process finds there",
        "empty": "as of 1.7 it is `session_err`",
        "below a link of a user's": "C follows it, and root makes directories where a user wants",
        "points on the way": "C goes there",
        "points behind it": "C gives away the directory in which homes lie",
        "login.defs closed": "C takes it for none",
    }
    assert_same(cases, unsaid=_HELPERS, different=different)


def test_a_user_s_link_makes_root_make_nothing() -> None:
    link = File(kind="link", to="/root", uid=1000, gid=1000)
    case = _case(
        home="/srv/to/alice",
        files=[("/etc/skel", File(kind="directory", mode=0o755)), ("/srv/to", link)],
        watch=("/root/alice/**",),
    )
    ((c, ours),) = play([case])
    assert (c.codes[0], ours.codes[0]) == (ReturnCode.SUCCESS, ReturnCode.PERM_DENIED)
    assert (len(c.left), ours.left) == (1, ())


def test_an_application_is_told_what_the_real_module_tells() -> None:
    cases = {
        f"{words} {flags}": _case(words, flags=flags, files=[("/etc/skel", None)])
        for words in ("", "silent", "debug", "debug silent", "nonsense []")
        for flags in (0, int(Flag.SILENT))
    }
    assert_same(cases, unsaid=_HELPERS)
