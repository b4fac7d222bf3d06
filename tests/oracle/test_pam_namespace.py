"""pam_namespace against the system's own: answers, log, mounts, directories and the script.

Every case is played in a process of its own, which has mounts of its own.
"""

from __future__ import annotations

import os
import random
import re
from collections.abc import Callable, Sequence
from typing import Any

from pamkit.vocab.item import Item
from tests.oracle.stage import STAGE, Case, Content, File, Seen, assert_same, play

pytestmark = STAGE

_CASES = 20 * int(os.environ.get("PAMKIT_ORACLE_CASES", "1"))
_CONF, _MORE = "/etc/security/namespace.conf", "/etc/security/namespace.d"
_OPEN, _CLOSE = ("open_session", 0), ("close_session", 0)

# As of 1.7 it is also told whether the ways are safe.
_SCRIPT = """\
#!/bin/sh
echo "$1 $2 $3 $4" >>/srv/told
"""

_ONLY_IN_C = (
    "instance_dir ",
    # What is said in other words as of 1.7.
    "Error creating or accessing instance parent",
    "Mode of inst parent",
    "Error stating /",
    "Error creating directory",
    "Can't chdir to ",
    "access error",
    "Error creating temporary instance",
)
_UNSAID = (
    "Path deemed unsafe",
    "instance_parent",
    "Mode of inst parent",
    "access error",
    "Error creating directory",
    "is unknown",
    "Failed opening ",
    "Error creating temporary instance",
)

Files = Sequence[tuple[str, Content]]


def _directory(mode: int = 0o755, uid: int = 0, gid: int = 0) -> File:
    return File(kind="directory", mode=mode, uid=uid, gid=gid)


_OPEN_TO_ALL = ("/srv/poly", _directory(0o1777))


def _case(
    conf: Content,
    words: str = "debug",
    *,
    calls: Sequence[tuple[str, int]] = (_OPEN,),
    files: Files = (_OPEN_TO_ALL,),
    policy: str = "",
    **more: Any,
) -> Case:
    return Case(
        policy or f"session required pam_namespace.so {words}\n",
        calls,
        files=(
            *(
                (f"/srv/{name}", None)
                for name in (
                    "poly",
                    "poly ",
                    "inst",
                    "told",
                    "other",
                    "link",
                    "alice",
                    "bob",
                    "root",
                )
            ),
            *((f"{home}/d", None) for home in ("/home/alice", "/home/bob", "/root")),
            *((f"{_MORE}/{name}.conf", None) for name in ("10", "20", "wrong")),
            (_CONF, conf),
            ("/etc/security/namespace.init", File(_SCRIPT.encode(), mode=0o755)),
            *files,
        ),
        watch=("/srv/**",),
        apart=True,
        **more,
    )


def _plain(seen: Seen) -> Seen:
    """Leave out process numbers, and the names of temporary directories.

    Up to 1.5.2 it was found that a directory is missing when a tmpfs was to be mounted there.
    """

    def plain(text: str) -> str:
        return re.sub(r"/tmp-(?:[A-Za-z0-9]{6})?", "/tmp-", re.sub(r"pid \d+", "pid", text))

    log = [
        (priority, plain(text))
        for priority, text in seen.log
        if not re.search("mounting tmpfs on .*, No such file or directory", text)
    ]
    # C takes away first what it mounted first; all that is said afterwards is sorted.
    begins = next((at for at, (_, said) in enumerate(log) if "orig namespace" in said), len(log))
    return seen._replace(
        log=(*log[:begins], *sorted(log[begins:])),
        left=tuple((plain(path), plain(said)) for path, said in seen.left),
        mounted=tuple(map(plain, seen.mounted)),
        # In C it is the child that forgets the context, before it becomes the script.
        labelled=tuple(label for label in seen.labelled if not label.startswith("setexeccon|")),
    )


def _while_it_lasts(seen: Seen) -> Seen:
    """Leave out what is mounted at the end if C has taken an instance away by then."""
    if any("Protect mount" in said for _, said in seen.log):
        seen = seen._replace(left=(), mounted=())
    return _plain(seen)


def _assert_same(
    cases: dict[str, Case],
    different: dict[str, str] | None = None,
    plain: Callable[[Seen], Seen] = _plain,
) -> None:
    assert_same(cases, different=different, only_in_c=_ONLY_IN_C, unsaid=_UNSAID, plain=plain)


# --- generated lines -----------------------------------------------------------------------------

_POLYDIRS = ("/srv/poly", "/srv/poly", "/srv/poly/", "/srv/poly/$USER", "/srv/link", '"/srv/poly"')
_ODD_POLYDIRS = (
    *(
        "/srv/poly/deep/er",
        "$HOME/d",
        "/srv/other",
        "srv/poly",
        "/srv/../poly",
        "/srv/poly\\",
        '""',
    ),
)
_PREFIXES = ("/srv/inst/", "/srv/inst/", "/srv/inst/x-", "/srv/inst/$USER-", "/srv/poly/inst/")
_ODD_PREFIXES = (
    *("tmpfs", "/srv/inst/a/b/", "/srv/other/", "inst/", "/srv/inst/../x/", '"/srv/inst/a b/"'),
)
_METHODS = ("user", "user", "user", "tmpfs", "level", "context", '"user"')
_ODD_METHODS = ("none", "User", "users")
_FLAGS = (
    *("create", "create", "create=", "create=0700", "create=0755,bob", "create=01777,bob,staff"),
    *("create=,,", "create=448", "create=0x1c0", "create=-1", "created"),
    *("noinit", "shared", "iscript=none.init", "iscript=/srv/script", "iscript", "iscript="),
    *("mntopts=size=64k", "mntopts=nosuid,noexec,nodev,size=64k,mode=0755", "mntopts", "strange"),
    *("mntopts=", "mntopts=nodev,,nosuid"),
)
_ODD_FLAGS = (
    *("create=0700,nobody2", "create=0700,bob,none", "create=x", "mntopts=nonsense"),
    "create=99999999999999999999",
)
_USERS = ("", "", "", "", "root", "root,bob", "~alice", "~alice,root", "none")
_ODD_USERS = ("alice", "alice,bob", "~bob", "~", "root,,bob", "~~")
_OPTIONS = (
    *(
        "debug",
        "debug",
        "ignore_config_error",
        "gen_hash",
        "ignore_config_error",
        "ignore_instance_parent_mode",
    ),
    *("unmnt_remnt", "unmnt_only", "unmount_on_close", "mount_private", "require_selinux"),
    *("nonsense", "debug=1", "Debug"),
)


def _line(chance: random.Random) -> str:
    def one(usual: Sequence[str], odd: Sequence[str]) -> str:
        return chance.choice(odd if chance.random() < 0.06 else usual)

    method = one(_METHODS, _ODD_METHODS)
    for _ in range(chance.choice((0, 0, 1, 1, 2))):
        method += ":" + one(_FLAGS, _ODD_FLAGS)
    words = [one(_POLYDIRS, _ODD_POLYDIRS), one(_PREFIXES, _ODD_PREFIXES), method]
    # C up to 1.5 dies of a line of one word.
    words = [] if chance.random() < 0.05 else [*words, one(_USERS, _ODD_USERS)]
    blank = chance.choice((" ", " ", "\t", "   "))
    line = chance.choice(("",) * 6 + (" ", "\t", "# ")) + blank.join(words)
    return line + chance.choice(("",) * 6 + (" # why", "#", " ", " more words"))


def _lines(chance: random.Random, most: int) -> str:
    return "".join(f"{_line(chance)}\n" for _ in range(chance.randint(1, most)))


def _laid_out(chance: random.Random) -> Files:
    who = ((0, 0), (0, 0), (1000, 1000), (1001, 0))
    files: list[tuple[str, Content]] = []
    if chance.random() < 0.85:
        mode = chance.choice((0o755, 0o1777, 0o1777, 0o700, 0o2755))
        files.append(("/srv/poly", _directory(mode, *chance.choice(who))))
        if chance.random() < 0.4:
            files.append(("/srv/poly/deep", _directory(0o755, *chance.choice(who))))
        if chance.random() < 0.2:
            files.append(("/srv/poly/alice", File(kind="link", to="/srv/other")))
    if chance.random() < 0.6:
        mode = chance.choice((0, 0, 0, 0, 0o700, 0o001))
        files.append(("/srv/inst", _directory(mode, *chance.choice(who[:2] * 3 + who[2:]))))
        if chance.random() < 0.5:
            files.append(("/srv/inst/alice", _directory(0o755, 1000, 1000)))
            files.append(("/srv/inst/alice/mine", b"x"))
    if chance.random() < 0.5:
        files.append(("/srv/link", File(kind="link", to=chance.choice(("/srv/poly", "poly")))))
    files.append(("/srv/other", chance.choice((None, _directory()))))
    if chance.random() < 0.3:
        files.append((f"{_MORE}/20.conf", _lines(chance, 1)))
        files.append((f"{_MORE}/10.conf", chance.choice(("", "# nothing\n", _lines(chance, 1)))))
    return files


def _side_by_side(lines: str) -> str:
    """Have no directory of the lines in another one, and each with an instance of its own."""
    lines = lines.replace("/srv/poly/inst/", "/srv/inst/y-").replace("/srv/poly/$", "/srv/$")
    return lines.replace(":shared", "")


def _generated(chance: random.Random) -> Case:
    # Only debugging tells what was protected.
    words = " ".join((*chance.sample(_OPTIONS, chance.choice((0, 1, 1, 2, 3))), "debug"))
    if "unmnt_only" in words:
        words = words.replace("unmount_on_close", "")  # there is nothing that could be taken away
    user = chance.choice(("alice",) * 9 + ("bob", "root", "stranger", "", None))
    lines, files = _lines(chance, 3), _laid_out(chance)
    if "unm" in words:
        # Up to 1.7.0 C does not take away what something is mounted in, and then stops.
        lines = _side_by_side(lines)
        files = [
            (path, _side_by_side(what) if isinstance(what, str) else what) for path, what in files
        ]
    return _case(
        lines,
        words,
        calls=chance.choice(((_OPEN,), (_OPEN,), (_OPEN, _CLOSE), (_CLOSE,))),
        files=files,
        user=user,
        items=chance.choice(((), (), ((Item.RUSER, chance.choice(("bob", "alice", "x", ""))),))),
        uid=chance.choice((0,) * 12 + (1000,)),
        euid=0 if chance.random() < 0.5 else None,
        umask=chance.choice((0o022, 0o077, 0)),
    )


def test_generated_tables_do_what_they_do_in_c() -> None:
    # Of these four in ten succeed, and one in seven has something mounted at the end.
    chance = random.Random(411)
    cases = {f"case {number}": _generated(chance) for number in range(_CASES)}
    _assert_same(cases, plain=_while_it_lasts)


# --- by hand -------------------------------------------------------------------------------------

_USER = "/srv/poly /srv/inst/ user\n"
_TMPDIR = "/srv/poly /srv/inst/tmp- tmpdir\n"
_LONG = "l" * 70 + "\u00e9" * 9
_LONG_PASSWD = f"root:x:0:0::/:/bin/sh\n{_LONG}:x:1005:1005::/home/long:/bin/sh\n"
_SU = """\
session required pam_namespace.so debug
session required pam_namespace.so debug {words}
"""


def _su(conf: str, words: str, **more: Any) -> Case:
    """A session of alice's, within which somebody asks for another."""
    return _case(conf, policy=_SU.format(words=words), items=((Item.RUSER, "alice"),), **more)


def test_what_is_said_and_done_is_the_same() -> None:
    both = (_OPEN, _CLOSE)
    inst = ("/srv/inst", _directory(0))
    cases = {
        "no table": _case(None),
        "an empty table": _case(""),
        "a table of comments": _case("# nothing\n\n  # more\n"),
        "without a last newline": _case(_USER[:-1]),
        "with a NUL": _case(b"/srv/poly /srv/inst/ user\0 alice\n"),
        "quotes in words": _case('/srv/"po"ly "/srv/in"st/ us\\er\n'),
        "all closed": _case(_USER, calls=both),
        "taken away at the end": _case(_USER, "debug unmount_on_close", calls=both),
        "taken away twice": _case(_USER, "debug unmount_on_close", calls=(*both, _CLOSE)),
        "opened twice": _case(_USER, "debug unmount_on_close", calls=(*both, *both)),
        "temporary": _case(_TMPDIR),
        "temporary and cleared": _case(_TMPDIR, "debug unmount_on_close", calls=both),
        "temporary, and then a failure": _case(f"{_TMPDIR}/srv/none /srv/inst/ user\n"),
        "temporary, and nowhere to lie": _case("/srv/poly /srv/told/tmp- tmpdir\n"),
        "an existing instance of another's": _case(
            _USER,
            files=[_OPEN_TO_ALL, inst, ("/srv/inst/alice", _directory(0o700, 1001, 1001))],
        ),
        "instances lie in a file": _case(_USER, files=[_OPEN_TO_ALL, ("/srv/inst", b"")]),
        "instances lie open": _case(_USER, files=[_OPEN_TO_ALL, ("/srv/inst", _directory(0o700))]),
        "open as is wanted": _case(
            _USER,
            "debug ignore_instance_parent_mode",
            files=[_OPEN_TO_ALL, ("/srv/inst", _directory(0o777, 1000))],
        ),
        "instances lie with another": _case(
            _USER, files=[_OPEN_TO_ALL, ("/srv/inst", _directory(0, 1000))]
        ),
        "instances lie within": _case("/srv/poly /srv/poly/inst/ user\n"),
        "a deep way of others'": _case(
            "/srv/poly/a/b/c /srv/inst/ user\n",
            files=[
                _OPEN_TO_ALL,
                ("/srv/poly/a", _directory(0o755, 1000)),
                ("/srv/poly/a/b", _directory(0o755, 1001)),
                ("/srv/poly/a/b/c", _directory(0o711, 1000)),
            ],
        ),
        "a common directory with odd bits": _case(
            _USER, files=[("/srv/poly", _directory(0o7753, 1001, 50))]
        ),
        "two of one": _case(f"{_USER}/srv/poly /srv/inst/x- user\n"),
        "private": _case(_USER, "debug mount_private"),
        "selinux wanted": _case(_USER, "require_selinux debug"),
        "hashed": _case(_USER, "debug gen_hash"),
        "a shared level": _case("/srv/poly /srv/inst/ level:shared\n"),
        "a shared user": _case("/srv/poly /srv/inst/ user:shared\n"),
        "nobody by that name asks": _case(_USER, items=((Item.RUSER, "stranger"),)),
        "not as root": _case(_USER, uid=1000),
        "only the effective user is root": _case(_USER, uid=1000, euid=0),
        "a long name": _case(
            _USER, user=_LONG, files=[_OPEN_TO_ALL, ("/etc/passwd", _LONG_PASSWD)]
        ),
        "two files": _case(
            _USER,
            files=[
                _OPEN_TO_ALL,
                (f"{_MORE}/20.conf", "/srv/poly /srv/inst/20- user\n"),
                (f"{_MORE}/10.conf", "/srv/poly /srv/inst/10- user"),
                (f"{_MORE}/wrong.conf", "/srv/poly /srv/inst/ user:create=0,nobody2 # why\n"),
            ],
        ),
        "too long": _case(f"/srv/poly /srv/{'x' * 4096} user\n"),
        "a script that fails": _case(
            _USER,
            files=[
                _OPEN_TO_ALL,
                ("/etc/security/namespace.init", File(b"#!/bin/sh\nexit 3\n", 0o755)),
            ],
        ),
        "a script that dies": _case(
            _USER,
            files=[
                _OPEN_TO_ALL,
                ("/etc/security/namespace.init", File(b"#!/bin/sh\nkill -9 $$\n", 0o755)),
            ],
        ),
        "a script that nobody may run": _case(
            _USER, files=[_OPEN_TO_ALL, ("/etc/security/namespace.init", b"")]
        ),
        "the variables of a script": _case(
            _USER,
            files=[
                _OPEN_TO_ALL,
                ("/etc/security/namespace.init", File(b"#!/bin/sh\nexport -p >/srv/told\n", 0o755)),
            ],
        ),
        "no script": _case(_USER, files=[_OPEN_TO_ALL, ("/etc/security/namespace.init", None)]),
        "another script": _case(
            "/srv/poly /srv/inst/ user:iscript=wrong.conf\n",
            "ignore_config_error",
            files=[_OPEN_TO_ALL, (f"{_MORE}/wrong.conf", File(_SCRIPT.encode(), mode=0o755))],
        ),
        **{
            f"{name} {words}": _su(conf, words)
            for words in ("unmnt_only", "unmnt_only unmnt_remnt")
            for name, conf in {
                "for all": _USER,
                "not for alice": "/srv/poly /srv/inst/ user alice\n",
                "for alice": "/srv/poly /srv/inst/ user ~alice\n",
            }.items()
        },
        **{
            f"for {user} by {asker} {exempt} {words}": _case(
                f"/srv/poly /srv/inst/ user {exempt}\n",
                f"debug {words}",
                user=user,
                items=((Item.RUSER, asker),),
            )
            for user, asker in (("alice", "bob"), ("bob", "alice"))
            for exempt in ("alice", "~alice")
            for words in ("unmnt_remnt", "unmnt_only")
        },
    }
    _assert_same(cases)


def test_what_is_different_on_purpose() -> None:
    inst, other = ("/srv/inst", _directory(0)), ("/srv/other", _directory(0o700))
    link = File(kind="link", to="/srv/other", uid=1000, gid=1000)
    odd = "root:x:0:0::/:/bin/sh\n..:x:1006:1006::/home/odd:/bin/sh\na/b:x:1007:1007::/:/bin/sh\n"
    shared = ("/srv/poly", _directory(0o2775))
    cases = {
        "an instance that is a link": (
            _case(_USER, files=[_OPEN_TO_ALL, inst, other, ("/srv/inst/alice", link)]),
            "up to 1.7.0 C follows it",
        ),
        "an instance that is a file": (
            _case(_USER, files=[_OPEN_TO_ALL, inst, ("/srv/inst/alice", b"")]),
            "it is refused before it would be mounted, in other words",
        ),
        "a link in a group's directory": (
            _case("/srv/poly/a /srv/inst/ user\n", files=[shared, other, ("/srv/poly/a", link)]),
            "up to 1.7.0 C follows it",
        ),
        "a link of root's through a user's": (
            _case(
                "/srv/link /srv/inst/ user\n",
                files=[
                    *(_OPEN_TO_ALL, other, ("/srv/other/b", _directory())),
                    ("/srv/poly/a", link),
                    ("/srv/link", File(kind="link", to="/srv/poly/a/b")),
                ],
            ),
            "C follows it",
        ),
        "a user called `..`": (
            _case(_USER, user="..", files=[_OPEN_TO_ALL, inst, ("/etc/passwd", odd)]),
            "C mounts what lies above the instances",
        ),
        "a user called `a/b`": (
            _case(_USER, user="a/b", files=[_OPEN_TO_ALL, inst, ("/etc/passwd", odd)]),
            "C makes a directory of that name for instances",
        ),
        "instances in a directory of a group": (
            _case(
                "/srv/poly /srv/poly/inst/ user\n", files=[("/srv/poly", _directory(0o755, 0, 50))]
            ),
            "up to 1.7.0 its group makes C protect them",
        ),
        "taken away while something is mounted in it": (
            _case(
                "/srv/poly tmpfs tmpfs\n/srv/poly /srv/poly/inst/ user\n",
                "unmount_on_close",
                calls=(_OPEN, _CLOSE),
            ),
            "as of 1.7.1 it is taken away all the same, and ends with what uses it",
        ),
        "too long with the user": (
            _case(f"/srv/poly /srv/{'x/' * 2043} user\n"),
            "up to 1.7.0 C finds that out later",
        ),
        "the current context without SELinux": (
            _case("/srv/poly /srv/inst/ level\n", "use_current_context"),
            "C names the instance `(null)_alice`",
        ),
        "the default context without SELinux": (
            _case("/srv/poly /srv/inst/ context\n", "use_default_context"),
            "C names the instance `(null)_alice`",
        ),
        **{
            f"{words} in a user's directory": (
                _su("/srv/poly/$USER /srv/inst/ user:create\n", words),
                "C takes the uppermost mount of what it protected away, be it the instance",
            )
            for words in ("unmnt_only", "unmnt_only unmnt_remnt")
        },
        "a script that is no program": (
            _case(
                _USER,
                files=[
                    _OPEN_TO_ALL,
                    ("/etc/security/namespace.init", File(b"#!/nowhere\n", mode=0o755)),
                ],
            ),
            "C goes on as if it had been run",
        ),
        "a table that is a directory": (
            _case(_directory()),
            "for C it is an empty one",
        ),
    }
    _assert_same(
        {name: case for name, (case, _) in cases.items()},
        {name: reason for name, (_, reason) in cases.items()},
    )


def test_no_user_s_link_is_followed() -> None:
    """CVE-2025-6020, CVE-2025-8941: C as of 1.7.0 mounts what a user's link leads to."""
    other = ("/srv/other", _directory(0o700))
    link = File(kind="link", to="/srv/other", uid=1000, gid=1000)
    inst = ("/srv/inst", _directory(0))
    cases = [
        _case(_USER, files=[_OPEN_TO_ALL, inst, other, ("/srv/inst/alice", link)]),
        _case(
            "/srv/poly/a /srv/inst/ user\n",
            files=[("/srv/poly", _directory(0o2775)), inst, other, ("/srv/poly/a", link)],
        ),
        _case(
            "/srv/poly/a /srv/inst/ user:create=0777\n",
            files=[_OPEN_TO_ALL, inst, other, ("/srv/poly/a", link)],
        ),
        _case(
            "/srv/poly /srv/poly/a/ user\n",
            "ignore_instance_parent_mode",
            files=[_OPEN_TO_ALL, other, ("/srv/poly/a", link)],
        ),
        _case("/srv/poly/a tmpfs tmpfs\n", files=[_OPEN_TO_ALL, other, ("/srv/poly/a", link)]),
    ]
    for case, (_, ours) in zip(cases, play(cases), strict=True):
        assert ours.codes == (14,), case.files
        assert dict(ours.left)["/srv/other"] == "40700 0:0 ", case.files
        assert not [line for line in ours.mounted if "other" in line], case.files


# --- SELinux -------------------------------------------------------------------------------------

_COMMON, _OWN = "system_u:object_r:tmp_t:s0", "staff_u:staff_r:staff_t:s0-s0:c1"
_MEMBER = "staff_u:object_r:tmp_t:s0"
_SAID = {
    "getfilecon|/srv/poly": _COMMON,
    f"security_compute_member|{_OWN}|{_COMMON}": _MEMBER,
}


def _labelled(method: str, words: str = "", **said: str | tuple[str, ...] | int) -> Case:
    table = {key.replace("__", "|"): value for key, value in said.items()}
    return _case(
        f"/srv/poly /srv/inst/{'tmp-' * ('tmpdir' in method)} {method}\n",
        f"debug {words}",
        files=[
            ("/srv/poly", _directory(0o1777)._replace(label=_COMMON)),
            ("/etc/selinux/config", "SELINUX=enforcing\n"),
        ],
        selinux=2,
        contexts={**_SAID, **table},
    )


def test_with_selinux_instances_go_by_contexts() -> None:
    login: dict[str, str | tuple[str, ...] | int] = {
        "getseuser__alice__probe": ("staff_u", "s0"),
        "list__staff_u__s0": (_OWN,),
    }
    methods = ("user", "level", "context", "level:shared", "context:shared", "tmpfs")
    cases = {
        **{method: _labelled(method, getexeccon=_OWN) for method in methods},
        **{f"{method} without": _labelled(method) for method in ("user", "context", "tmpdir")},
        **{
            f"{method} here": _labelled(method, "use_current_context", getcon=_OWN)
            for method in methods[1:3]
        },
        **{
            f"{method} usual": _labelled(method, "use_default_context", **login)
            for method in methods[1:3]
        },
        "a temporary one": _labelled("tmpdir", getexeccon=_OWN)._replace(watch=("/srv/poly/**",)),
        "hashed": _labelled("context", "gen_hash", getexeccon=_OWN),
        "required": _labelled("user", "require_selinux", getexeccon=_OWN),
        "in other words": _labelled("context", getexeccon=_OWN)._replace(
            contexts={**_SAID, "getexeccon": _OWN, f"raw|{_MEMBER}": f"{_MEMBER}:c9"}
        ),
        "nobody's": _labelled("level", "use_default_context", getseuser__alice__probe=22),
        "no member": _labelled("context", getexeccon=f"{_OWN}x"),
        "no class": _labelled("context", getexeccon=_OWN, string_to_security_class__dir=22),
        "no context": _labelled("level", getexeccon="nonsense"),
        "no level": _labelled("level", getexeccon="staff_u:staff_r:staff_t"),
        "no raw one": _labelled("context", getexeccon=_OWN)._replace(
            contexts={**_SAID, "getexeccon": _OWN, f"raw|{_MEMBER}": 22}
        ),
        "closed": _labelled("context", "unmount_on_close", getexeccon=_OWN)._replace(
            calls=(_OPEN, _CLOSE)
        ),
    }
    _assert_same(cases)
