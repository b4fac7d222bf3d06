"""The small modules against the system's own, line by line: codes, messages, environment.

What differs on purpose stands in `DIFFERENT`, with its reason, and is seen to differ.
"""

from __future__ import annotations

import grp
import os
import pwd
import re
from itertools import product

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from pamkit.module.registry import module_from
from pamkit.module.world import Account, Group, World
from pamkit.modules import (
    pam_deny,
    pam_echo,
    pam_env,
    pam_faildelay,
    pam_nologin,
    pam_permit,
    pam_rootok,
    pam_succeed_if,
    pam_warn,
)
from pamkit.policy.dialect import DEBIAN, QUIRK_SETS
from pamkit.testing.outside import StandInOutside
from pamkit.testing.policies import Trial as OurTrial
from pamkit.testing.process import StandInProcess
from pamkit.testing.world import memory_world
from pamkit.vocab.facility import Primitive
from pamkit.vocab.flags import Flag
from pamkit.vocab.item import Item
from pamkit.vocab.message import Answer, Message
from pamkit.vocab.secret import Secret
from tests.oracle.real_modules import FILES, NOBODY, Outcome, Trial, play

pytestmark = pytest.mark.needs("libpam", "pam_debug")

_MODULES = tuple(
    module_from(python)
    for python in (
        pam_deny,
        pam_echo,
        pam_env,
        pam_faildelay,
        pam_nologin,
        pam_permit,
        pam_rootok,
        pam_succeed_if,
        pam_warn,
    )
)
_PRIMITIVES = {primitive.name.lower(): primitive for primitive in Primitive}
_PLACE = "/private"
_ASK = (("authenticate", 0),)
_OPEN = (("open_session", 0),)
_ALL = tuple((name, 0) for name in _PRIMITIVES)

DIFFERENT = {
    # pam_succeed_if: what Linux-PAM 1.6 and later do as well
    "no remote host eq 0": "1.5 takes an empty text for the number 0",
    # pam_env: what Linux-PAM 1.6 and later do as well
    "indented": "1.5 keeps the blanks an indented line starts with and takes it for nameless",
    "blank inside": "1.5 goes on with a continued line behind an empty one",
    "continued and indented": "1.5 keeps the blanks a continued line goes on with",
    "continued to the end": "1.5 answers abort where a file ends in the middle of a line",
    "two backslashes": "1.5 knows no escaped backslash",
    "empty default": '1.5 takes `DEFAULT=` behind `OVERRIDE=` for `DEFAULT=""`',
    "last line bad": "1.5 forgets the outcome of the last line as well",
    "last line removes nothing": "1.5 forgets the outcome of the last line as well",
    # pam_nologin
    "empty nologin": "1.5 shows an empty message",
}
"""What pamkit answers differently, by the name of the trial, and why."""


def ours(trial: Trial, uid: int) -> Outcome:
    """Play a trial with pamkit's modules, in a world that has the system's accounts."""
    heard: list[tuple[int, bytes]] = []
    answers = list(trial.answers)
    delays: list[int] = []

    def converse(messages: tuple[Message, ...]) -> list[Answer]:
        given_back: list[Answer] = []
        for message in messages:
            heard.append((int(message.style), message.text.encode("utf-8", "surrogateescape")))
            given_back.append(answers.pop(0) if message.wants_answer else None)
        return given_back

    mine = OurTrial(
        trial.policy.replace(FILES, _PLACE),
        *_MODULES,
        world=_world(trial, uid),
        user=trial.user,
        service="probe",
        conversation=converse,
        outside=StandInOutside(),
        items={Item(item): value for item, value in trial.items},
        # What the walk does is another test's matter: here it does what the system's does.
        dialect=DEBIAN,
        quirks=QUIRK_SETS["libpam-1.5"],
    )
    mine.handle.delay_callback = lambda _, microseconds: delays.append(microseconds)
    for assignment in trial.environment:
        mine.handle.putenv(assignment)
    codes = tuple(int(mine.call(_PRIMITIVES[name], flags)) for name, flags in trial.calls)
    environment = tuple(
        f"{name}={value}".encode("utf-8", "surrogateescape")
        for name, value in mine.handle.env.items()
    )
    user = mine.handle.texts.get(Item.USER)
    return Outcome(
        codes, tuple(heard), environment, None if user is None else os.fsencode(user), tuple(delays)
    )


def _world(trial: Trial, uid: int) -> World:
    files: dict[str, bytes | str | OSError] = {}
    for name, content in trial.files:
        path = f"{_PLACE}/{name}"
        if content is None:
            files[path] = IsADirectoryError(21, "Is a directory")
        else:
            files[path] = content.replace(FILES.encode(), _PLACE.encode())
    users = [
        Account(
            user.pw_name,
            Secret("x"),
            user.pw_uid,
            user.pw_gid,
            user.pw_gecos,
            user.pw_dir,
            user.pw_shell,
        )
        for user in reversed(pwd.getpwall())
    ]
    groups = [Group(group.gr_name, group.gr_gid, tuple(group.gr_mem)) for group in grp.getgrall()]
    process = StandInProcess(uid=uid, host_name=os.uname().nodename)
    return memory_world(users=users, groups=groups, files=files, process=process)


def assert_same(trials: dict[str, Trial], *, as_root: bool = False) -> None:
    """Play trials on both sides; what differs must stand in `DIFFERENT`, and the other way."""
    uid = 0 if as_root else (os.getuid() or NOBODY)
    theirs = play(list(trials.values()), as_root=as_root)
    odd = []
    for (name, trial), libpam in zip(trials.items(), theirs, strict=True):
        pamkit = ours(trial, uid)
        real = tuple(bytes(each) for each in libpam.environment)
        same = libpam._replace(environment=real, delays=()) == pamkit._replace(delays=())
        if same == (name in DIFFERENT):
            odd.append(f"{name}\n{trial.policy}\n  libpam {libpam}\n  pamkit {pamkit}")
    assert not odd, f"{len(odd)} of {len(trials)}:\n" + "\n".join(odd[:12])


def _lines(module: str, args: str = "") -> str:
    line = f"required pam_{module}.so {args}\n"
    return "".join(f"{word} {line}" for word in ("auth", "account", "password", "session"))


def test_permit_and_deny_answer_what_the_real_ones_answer() -> None:
    trials = {}
    for module in ("permit", "deny"):
        trials[module] = Trial(_lines(module), _ALL)
        for answers in ((), ("",), ("bob",)):
            name = f"{module} asks {answers}"
            trials[name] = Trial(_lines(module), _ASK, user=None, answers=answers)
    assert_same(trials)


def test_warn_answers_what_the_real_one_answers() -> None:
    ignored = _lines("warn").replace("required", "[ignore=ok default=bad]")
    assert_same({"warn": Trial(_lines("warn"), _ALL), "heeded": Trial(ignored, _ALL)})


# libaudit looks up the name of a host, but not a number.
_ITEMS = ((int(Item.RHOST), "192.0.2.7"), (int(Item.TTY), "tty7"), (int(Item.RUSER), "eve"))
_TEXTS = (
    "",
    "Hello",
    "two words",
    "%H %h %s %t %U %u",
    "%% %x %",
    "100%",
    "%",
    "a%",
    "%%u",
    "%u" * 40,
    "é%é",
    "x" * 600,
    "%h" + "x" * 509,
    "debug file=",
)


def test_echo_shows_what_the_real_one_shows() -> None:
    trials = {}
    for text, items, flags in product(_TEXTS, ((), _ITEMS), (0, int(Flag.SILENT))):
        calls = tuple((name, flags) for name in _PRIMITIVES)
        trials[f"{text} {items} {flags}"] = Trial(_lines("echo", text), calls, items=items)
    assert_same(trials)


@pytest.mark.parametrize("items", [(), _ITEMS, ((int(Item.RHOST), "h" * 700),)])
def test_echo_shows_a_file_as_the_real_one_does(items: tuple[tuple[int, str], ...]) -> None:
    contents = {
        "text": b"Be welcome, %u\n",
        "two": b"one\ntwo\n\n",
        "open": b"no newline",
        "newline": b"\n",
        "nothing": b"",
        "host": b"%H%H%H",
        "long": b"%" + b"y" * 5000,
        "nul": b"before\0behind\n",
        "latin": b"caf\xe9 %u\n",
    }
    policy = _lines("echo", f"ignored file={FILES}/text")
    trials = {
        name: Trial(policy, _ALL, items=items, files=(("text", content),))
        for name, content in contents.items()
    }
    trials["missing"] = Trial(policy, _ALL, items=items)
    assert_same(trials)


def test_rootok_believes_the_same_processes() -> None:
    policy = "".join(
        f"{word} required pam_rootok.so {option}\n"
        for word, option in (("auth", ""), ("account", "debug"), ("password", "nonsense"))
    )
    calls = (*_ASK, ("setcred", 0), ("acct_mgmt", 0), ("chauthtok", 0))
    assert_same({"rootok": Trial(policy, calls)})


@pytest.mark.needs("root")
def test_rootok_believes_root() -> None:
    policy = "auth required pam_rootok.so\n"
    assert_same({"rootok": Trial(policy, (*_ASK, ("setcred", 0)), user="daemon")}, as_root=True)


def test_nologin_refuses_whom_the_real_one_refuses() -> None:
    calls = (*_ASK, ("setcred", 0), ("acct_mgmt", 0))
    contents: dict[str, tuple[tuple[str, bytes | None], ...]] = {
        "text": (("nologin", b"Down for repair.\nBack soon.\n"),),
        "latin": (("nologin", b"ferm\xe9"),),
        "nul": (("nologin", b"before\0behind"),),
        "directory": (("nologin", None),),
        "missing": (),
    }
    trials = {}
    for (name, files), user, option in product(
        contents.items(), ("root", "daemon", "nosuchuser", None), ("", "successok")
    ):
        line = f"required pam_nologin.so {option} file={FILES}/nologin\n"
        policy = "".join(f"{word} {line}" for word in ("auth", "account"))
        answers = ("daemon",) if name == "text" else ()
        trials[f"{name} {user} {option}"] = Trial(
            policy, calls, user=user, files=files, answers=answers
        )
    policy = f"auth required pam_nologin.so file={FILES}/nologin\n"
    trials["empty nologin"] = Trial(policy, _ASK, user="daemon", files=(("nologin", b""),))
    assert_same(trials)


def _conditions() -> list[str]:
    fields = ("user", "LOGIN", "name", "uid", "gid", "shell", "home", "Dir", "homedir")
    items = ("service", "ruser", "rhost", "tty", "nosuchfield")
    numbers = ("0", "1", "0x0", "010", "-1", "65534", "99999999999999999999", "x", "1x", "+1", "08")
    signs = ("<", "<=", ">", ">=", "eq", "ne", "lt", "LE", "gt", "Ge", "=", "!=")
    found = [
        f"{field} {sign} {number}"
        for field, sign, number in product(("uid", "gid"), signs, numbers)
    ]
    found += [
        f"{field} {sign} 0" for field, sign in product((*fields, *items), ("=", "!=", "nosuch"))
    ]
    found += [f"{field} EQ 0" for field in fields]
    patterns = ("*", "r*", "*o*", "?oot", "/*", "[[a-d\\]*]", "[[!r\\]*]", "/usr/sbin/*", "root")
    found += [
        f"{field} {sign} {pattern}"
        for field, sign, pattern in product(
            ("user", "shell", "home", "ruser", "tty"), ("=~", "!~", "glob", "NOGLOB"), patterns
        )
    ]
    lists = (
        "root",
        "root:daemon",
        "daemon:nobody",
        "xroot:rootx",
        ":",
        "a::b",
        "daemon:",
        ":daemon",
    )
    groups = ("ingroup", "notingroup", "in", "notin", "innetgr", "notinnetgr")
    found += [
        f"{field} {sign} {members}"
        for field, sign, members in product(("user", "uid", "rhost", "ruser"), groups, lists)
    ]
    found += [
        "",
        "quiet",
        "uid",
        "uid >=",
        "uid >= 0 gid",
        "uid >= 0 gid >= 0",
        "uid >= 0 gid < 0 user = root",
        "uid >= 0 nosuchfield = 1 uid < 0",
        "quiet uid debug >= audit 0 quiet_fail",
        "use_uid uid >= 0",
        "use_uid user = nobody",
        "uid use_uid = 65534",
        "user = debug",
        "user notingroup root user = nosuchuser",
    ]
    return found


@pytest.mark.parametrize("items", [(), ((int(Item.RUSER), "daemon"), *_ITEMS[:2])])
def test_succeed_if_judges_as_the_real_one_does(items: tuple[tuple[int, str], ...]) -> None:
    users = ("root", "daemon", "nobody", "nosuchuser")
    shift = len(items)
    trials = {
        f"{condition} ({user})": Trial(
            f"auth required pam_succeed_if.so {condition}\n", _ASK, user=user, items=items
        )
        for at, condition in enumerate(_conditions())
        for user in (users[(at + at // 4 + shift) % 4],)
    }
    if not items:
        trials["no remote host eq 0"] = Trial("auth required pam_succeed_if.so rhost eq 0\n", _ASK)
    trials["asked"] = Trial(
        _lines("succeed_if", "user = daemon"), _ALL, user=None, answers=("daemon",)
    )
    trials["unanswered"] = Trial(_lines("succeed_if", "user = daemon"), _ALL, user=None)
    assert_same(trials)


def test_faildelay_asks_for_a_delay_as_the_real_one_does() -> None:
    # The real delay is varied at random, by up to half.
    refuse = "auth required pam_deny.so\n"
    trials = [
        Trial(f"auth optional pam_faildelay.so {options}\n{refuse}", _ASK)
        for options in ("delay=1000000", "delay=0", "debug delay=20", "delay=10 delay=5000", "")
    ]
    for trial, libpam in zip(trials, play(trials), strict=True):
        pamkit = ours(trial, NOBODY)
        assert libpam._replace(delays=()) == pamkit._replace(delays=())
        assert [bool(delay) for delay in libpam.delays] == [bool(delay) for delay in pamkit.delays]
        for real, mine in zip(libpam.delays, pamkit.delays, strict=True):
            assert mine // 2 <= real <= mine * 3 // 2


_CONFS = {
    "plain": "A DEFAULT=1\nB OVERRIDE=2\nC DEFAULT=3 OVERRIDE=4\n",
    "quotes": (
        'A DEFAULT="one two"\nB OVERRIDE=""  \nC DEFAULT=""\n'
        'D DEFAULT="x"y\nE DEFAULT="x\nF DEFAULT=1\n'
    ),
    "comments": "# nothing\n\nA DEFAULT=1#2\nB DEFAULT=1 # two\nC DEFAULT=3\n",
    "variables": (
        "A DEFAULT=1\nB DEFAULT=${A}${A}x\nC DEFAULT=${NONE}\nD OVERRIDE=${NONE} DEFAULT=d\n"
    ),
    "items": (
        "A DEFAULT=@{PAM_USER}\nB DEFAULT=@{PAM_TTY}:@{PAM_RHOST}:@{PAM_RUSER}\n"
        "C DEFAULT=@{HOME}@{SHELL}\nD DEFAULT=@{NOSUCH}@{}\nE DEFAULT=@{PAM_USER_PROMPT}\n"
    ),
    "escapes": (
        "A DEFAULT=\\$x\nB DEFAULT=\\@{PAM_USER}\nC DEFAULT=$x@y\n"
        "D DEFAULT=\\x\nE DEFAULT=x\\${A}\n"
    ),
    "two backslashes": "A DEFAULT=\\\\x\n",
    "removal": "A\nB DEFAULT=1\nB\nSEEN\nC DEFAULT=3\n",
    "empty override": 'A DEFAULT=1 OVERRIDE=""\nB OVERRIDE="" DEFAULT=2\nC DEFAULT=3\n',
    "empty default": "A OVERRIDE= DEFAULT=\nB OVERRIDE= DEFAULT=\nC DEFAULT=1\n",
    "bad lines": "A NOSUCH=1\nB DEFAULT=1 nonsense\n=x\nC=1\nD=2 DEFAULT=3\nE DEFAULT=5\n",
    "last line bad": "A DEFAULT=1\nB NOSUCH=1\n",
    "last line removes nothing": "A DEFAULT=1\nB\n",
    "unterminated": "A DEFAULT=1\nB DEFAULT=${A\nC DEFAULT=3\n",
    "unterminated item": "A DEFAULT=1\nB DEFAULT=@{PAM_USER\nC DEFAULT=3\n",
    "continued": "A DEFAULT=1 \\\nOVERRIDE=2\nB \\\nDEFAULT=1\nC DEFAULT=x\\\ny\nD DEFAULT=4\n",
    "continued and indented": "A DEFAULT=x\\\n   y\nB DEFAULT=2\n",
    "continued to the end": "A DEFAULT=1\nB DEFAULT=2\\\n",
    "blank inside": "A DEFAULT=1 \\\n\nB DEFAULT=2\nC DEFAULT=3\n",
    "indented": "  A DEFAULT=1\nB DEFAULT=2\n",
    "no newline": "A DEFAULT=1\nB DEFAULT=2",
    "trailing blank": "A DEFAULT=1 \nB DEFAULT=2\n",
    "tabs": "A\tDEFAULT=1\tOVERRIDE=2\nB DEFAULT=2\n",
    "twice": "A DEFAULT=1 DEFAULT=2\nB DEFAULT=1 DEFAULT=\nA OVERRIDE=3\nC DEFAULT=1\n",
    "too long": "A DEFAULT="
    + "x" * 4000
    + "\nB DEFAULT=${A}${A}\nC DEFAULT=${B}${A}\nD DEFAULT=4\n",
    "longest": "A DEFAULT=" + "x" * 4000 + "\nB DEFAULT=${A}${A}" + "y" * 191 + "\n",
    "one too long": "A DEFAULT=" + "x" * 4000 + "\nB DEFAULT=${A}${A}" + "y" * 192 + "\n",
    "too long inside": "A DEFAULT=" + "x" * 4096 + "\nB DEFAULT=${A}${A}\n",
    "nothing": "",
    "latin": "A DEFAULT=caf\udce9\nB DEFAULT=2\n",
}

_ENVIRONMENTS = {
    "plain": "A=1\nB=two words  \nC=\n",
    "quotes": 'A="x y"\nB=\'x\'\nC="x\nD=\'x"\nE=x"y"\nF="a\'b"c\nG=""\nH="\nI="x"  \n',
    "comments": '# x\nA=1#2\nB="1#2"\n  # y\nC=1 # z\n',
    "export": "export A=1\nexport  B=2\nexport\nexport C\nexport \nexportD=1\n",
    "bad keys": "=1\nA B=1\nA-B=1\nA.B=1\n\u00e9=1\nOK=1\n",
    "removal": "SEEN\nA=1\nA\nNONE\nB=2\n",
    "equals": "A==\nB=x=y\nC= x\n",
    "unexpanded": "A=${SEEN}@{PAM_USER}\\\\x\n",
    "continued": "A=x\\\ny\nB=2\n",
    "no newline": "A=1\nB=2",
    "nothing": "",
}


def _env_trial(conf: str | None, environment: str | None, options: str = "") -> Trial:
    texts = (("conf", conf), ("environment", environment))
    files = tuple(
        (name, text.encode("utf-8", "surrogateescape")) for name, text in texts if text is not None
    )
    places = f"conffile={FILES}/conf envfile={FILES}/environment"
    return Trial(
        _lines("env", f"{places} {options}"),
        _OPEN,
        user="daemon",
        items=_ITEMS,
        environment=("SEEN=yes", "LAST=1"),
        files=files,
    )


def test_env_sets_what_the_real_one_sets() -> None:
    trials = {name: _env_trial(conf, None) for name, conf in _CONFS.items()}
    trials |= {f"environment {n}": _env_trial("", text) for n, text in _ENVIRONMENTS.items()}
    trials |= {
        f"readenv={word}": _env_trial("A DEFAULT=1\n", "A=2\n", f"readenv={word}")
        for word in ("0", "1", "no", "yes", "-1", " 1", "01", "00", "1x", "")
    }
    trials["no conf"] = _env_trial(None, "A=1\n")
    trials["no user"] = _env_trial("A DEFAULT=@{HOME}x\nB DEFAULT=1\n", None)._replace(user=None)
    trials["stranger"] = _env_trial("A DEFAULT=@{HOME}x\n", None)._replace(user="nosuchuser")
    trials["everywhere"] = _env_trial("A DEFAULT=1\n", "B=2\n")._replace(calls=_ALL)
    trials["no own file"] = _env_trial("A DEFAULT=1\n", None, "user_readenv=1 user_envfile=nosuch")
    assert_same(trials)


_WORDS = st.sampled_from(
    [
        *("A", "B", "SEEN", "x", " ", "\t", " DEFAULT=", " OVERRIDE=", '"', "${A}", "${SEEN}"),
        *("@{HOME}", "@{PAM_TTY}", "\\$", "$", "#", "{", "}", "=", "é", "y z"),
    ]
)
# A last line that is good, and no line that begins with a blank: see `DIFFERENT`.
_CONF = st.lists(
    st.builds(
        lambda name, rest: name + "".join(rest),
        st.sampled_from("ABC"),
        st.lists(_WORDS, max_size=7),
    ),
    max_size=6,
).map(lambda lines: "\n".join([*lines, "LAST DEFAULT=x", ""]))


# Each example starts programs: a smaller one that fails is not looked for.
@settings(max_examples=8, phases=(Phase.explicit, Phase.generate))
@given(confs=st.lists(_CONF, min_size=15, max_size=25))
def test_env_reads_any_settings_as_the_real_one_does(confs: list[str]) -> None:
    # DIFFERENT: an unquoted empty value behind another; 1.5 and 1.6 count quotes differently.
    plain = [conf for conf in confs if not re.search("[TE]=[ \\t]", conf)]
    assert_same({str(at): _env_trial(conf, None) for at, conf in enumerate(plain)})
