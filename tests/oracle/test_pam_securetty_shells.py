"""pam_securetty and pam_shells beside the system's own, with generated lists."""

from __future__ import annotations

import os
import random

from pamkit.vocab.item import Item
from tests.oracle.stage import STAGE, Case, Content, File, assert_same, stack

pytestmark = STAGE

# What pamkit's dispatcher says of words it does not know, and libpam of empty answers.
_C_ALONE = ("unexpected response from failed conversation function",)

_TIMES = int(os.environ.get("PAMKIT_ORACLE_CASES", "1"))
_BOTH = (("authenticate", 0), ("setcred", 0), ("acct_mgmt", 0))

_LISTS: tuple[bytes, ...] = (
    b"",
    b"\n",
    b"tty1\ntty2\n",
    b"tty1",
    b"# comment\ntty1 \n tty2\npts/0\n",
    b"/dev/tty1\n",
    b"1\n",
    b"pts/1\n",
    b"tty1\r\ntty2\r\n",
    b"console\n\ntty\xe4\n",
)
_TERMINALS = (None, "tty1", "/dev/tty1", "tty2", "1", "pts/0", "/dev/pts/1", "tty", "tty\udce4")
_COMMAND_LINES = (
    "root=/dev/vda1 quiet\n",
    "root=/dev/vda1 console=tty1 console=ttyS0,115200n8\n",
    "root=/dev/vda1 xconsole=tty2 console=tty11",
    "console=tty2\n",
    "",
)
_CONSOLES = ("tty2 pts/0\n", "ttyS0\n", "tty1", "", "\ntty1\n")
_KINDS = (
    File(b"tty1\n", mode=0o666),
    File(b"tty1\n", mode=0o602),
    File(b"tty1\n", mode=0o664, uid=1000, gid=1000),
    File(b"tty1\n", mode=0o600),
    File(kind="directory", mode=0o755),
    File(kind="fifo"),
    File(kind="link", to="/etc/host.conf"),
    File(kind="link", to="/etc/nowhere"),
    None,
)


def _securetty(chance: random.Random) -> Case:
    listed: Content = chance.choice(_LISTS if chance.random() < 0.7 else _KINDS)
    options = chance.sample(("debug", "noconsole", "nonsense", "DEBUG"), chance.randint(0, 2))
    terminal = chance.choice(_TERMINALS)
    # Who may not read the list and may not be let in by it is another case; see below.
    unprivileged = chance.random() < 0.2 and listed != _KINDS[1]
    return Case(
        stack("pam_securetty", " ".join(options)),
        _BOTH,
        user=chance.choice(("root", "root", "alice", "nobody-at-all", "", None)),
        answers=chance.choice(((), ("root",), ("eve",), (None,))),
        items=() if terminal is None else ((Item.TTY, terminal),),
        files=(
            ("/etc/securetty", listed),
            ("/proc/cmdline", chance.choice(_COMMAND_LINES)),
            ("/sys/class/tty/console/active", chance.choice(_CONSOLES)),
        ),
        uid=1000 if unprivileged else 0,
    )


def test_securetty_answers_as_the_module_in_c() -> None:
    chance = random.Random(1)
    assert_same(
        {f"{number}": _securetty(chance) for number in range(120 * _TIMES)},
        only_in_c=_C_ALONE,
    )


def _root_on(terminal: str, listed: Content, **more: object) -> Case:
    case = Case(stack("pam_securetty"), _BOTH, user="root", items=((Item.TTY, terminal),))
    return case._replace(files=(("/etc/securetty", listed),), **more)  # type: ignore[arg-type]  # a case's own fields


_LONG = "x" * 300

SECURETTY_DIFFERS = {
    "circle of links": "C takes a list that cannot be looked for for none, and lets root in",
    "no name": "C finds a terminal without a name on an empty line",
    "no name, by prefix": "C finds a terminal without a name on an empty line",
    "behind a NUL": "C does not see what stands behind a NUL, and takes the rest for the line",
    "long line": "1.5 cuts long lines into pieces, each of which counts",
    "long name": "1.5 cuts long lines into pieces, and does not find the whole",
    "first word": "C compares the beginning of the command line with anything",
    "neither read nor believed": "C looks at the mode of a list before it opens it",
}


def test_what_securetty_answers_otherwise_is_known() -> None:
    console = "/proc/cmdline"
    cases = {
        "circle of links": _root_on("tty9", File(kind="link", to="/etc/securetty")),
        "no name": _root_on("", "tty1\n\n"),
        "no name, by prefix": _root_on("/dev/", "tty1\n\n"),
        "behind a NUL": _root_on("tty9", b"tty9\0tty8\n"),
        "long line": _root_on("tty9", "y" * 254 + "tty9\n"),
        "long name": _root_on(_LONG, _LONG + "\n"),
        "first word": _root_on("tty9", ""),
        "neither read nor believed": _root_on("tty9", File(b"", mode=0o602), uid=1000),
    }
    first = cases["first word"]
    cases["first word"] = first._replace(files=(*first.files, (console, "12345678tty9 quiet\n")))
    assert_same(cases, different=SECURETTY_DIFFERS)


_SHELLS: tuple[bytes, ...] = (
    b"/bin/sh\n/bin/bash\n",
    b"/bin/bash",
    b"# /bin/sh\n\n/bin/sh \n",
    b" /bin/sh\n/bin/sh\r\n",
    b"/bin/shell\n/bin\n",
    b"/usr/sbin/nologin\n",
    b"",
)
_PASSWD = """\
root:x:0:0:root:/root:/bin/sh
alice:x:1000:1000:Alice:/home/alice:%s
carol:x:1002:100::/home/carol:
"""


def _shells(chance: random.Random) -> Case:
    listed: Content = chance.choice(_SHELLS if chance.random() < 0.7 else _KINDS)
    shell = chance.choice(("/bin/sh", "/bin/bash", "/bin/sh ", "/bin", "/usr/sbin/nologin", "/"))
    return Case(
        stack("pam_shells", chance.choice(("", "", "debug nonsense"))),
        _BOTH,
        user=chance.choice(("root", "alice", "alice", "carol", None)),
        answers=chance.choice((("alice",), ("carol",), (None,))),
        files=(("/etc/shells", listed), ("/etc/passwd", _PASSWD % shell)),
        uid=1000 if chance.random() < 0.2 and listed != _KINDS[1] else 0,
    )


_NEW_LINES = ("User has an invalid shell ", "` is unknown")
"""1.5 does not log whose shell is not listed, and no version what is no option."""


def test_shells_answers_as_the_module_in_c() -> None:
    chance = random.Random(2)
    cases = {f"{number}": _shells(chance) for number in range(80 * _TIMES)}
    assert_same(cases, unsaid=_NEW_LINES, only_in_c=_C_ALONE)


SHELLS_DIFFERS = {
    "unknown user": "1.5 answers auth_err",
    "long line": "1.5 cuts long lines into pieces, each of which counts",
    "no path": "1.5 takes any line for a shell",
    "behind a NUL": "C does not see what stands behind a NUL, and takes the rest for the line",
}


def test_what_shells_answers_otherwise_is_known() -> None:
    def listed(text: bytes, shell: str = "/bin/sh", user: str = "alice") -> Case:
        files = (("/etc/shells", text), ("/etc/passwd", _PASSWD % shell))
        return Case(stack("pam_shells"), _BOTH, user=user, files=files)

    cases = {
        "unknown user": listed(b"/bin/sh\n", user="nobody-at-all"),
        "long line": listed(b"/" * 254 + b"/bin/sh\n"),
        "no path": listed(b"rbash\n", "rbash"),
        "behind a NUL": listed(b"/bin/sh\0/junk\n"),
    }
    assert_same(cases, different=SHELLS_DIFFERS, unsaid=_NEW_LINES)
