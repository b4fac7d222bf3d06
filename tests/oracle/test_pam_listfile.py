"""pam_listfile against the system's own: options, items, lists and kinds of files."""

from __future__ import annotations

import os
import random
from itertools import product
from typing import Any

from pamkit.vocab.item import Item
from tests.oracle.stage import ALL, ASK, STAGE, Case, Content, File, assert_same, play, stack

pytestmark = STAGE

_LIST = "/etc/list"
_CASES = 200 * int(os.environ.get("PAMKIT_ORACLE_CASES", "1"))

_ITEMS = ("user", "tty", "rhost", "ruser", "group", "shell")
_NAMES = (
    *("alice", "bob", "root", "wheel", "users", "staff", "100", "tty1", "/dev/tty1", "/dev/"),
    *("far", "192.0.2.7", "/bin/sh", "/bin/bash", "eve", "", " alice", "alice ", "Alice", "#alice"),
    *("caf\udce9", "é", "*", "alice,bob", "nogroup", "x" * 240, "x" * 3000),
)


_APPLY = ("", "", "apply=alice", "apply=bob", "apply=@wheel", "apply=@x")


def _case(args: str, listed: Content = "alice\n", **more: Any) -> Case:
    return Case(stack("pam_listfile", args), ASK, files=[(_LIST, listed)])._replace(**more)


def _listed(chance: random.Random) -> bytes:
    lines = [chance.choice(_NAMES[:-1]) for _ in range(chance.randrange(6))]
    text = "".join(line + chance.choice(("\n", "\n", "\n", "\r\n", "\n\n")) for line in lines)
    return text[: len(text) - chance.randrange(2)].encode("utf-8", "surrogateescape")


def _items(chance: random.Random) -> tuple[tuple[Item, str], ...]:
    values = {
        Item.TTY: ("tty1", "/dev/tty1", "/dev/", "", "/dev//dev/tty1", "pts/0"),
        Item.RHOST: ("far", "192.0.2.7", "", "alice"),
        Item.RUSER: ("eve", "alice", "root", ""),
    }
    return tuple(
        (item, chance.choice(given)) for item, given in values.items() if chance.random() < 0.7
    )


def test_lists_let_in_whom_they_let_in_for_the_real_module() -> None:
    chance = random.Random(410)
    cases = {}
    for at in range(_CASES):
        words = [
            f"item={chance.choice(_ITEMS)}",
            f"sense={chance.choice(('allow', 'deny'))}",
            f"file={_LIST}",
            chance.choice(("", "onerr=succeed", "onerr=fail")),
            chance.choice(("", "", "quiet")),
        ]
        chance.shuffle(words)
        # Up to 1.5 a word behind it takes the value of `apply=` away.
        words.append(
            chance.choice(("", "", "apply=alice", "apply=bob", "apply=@wheel", "apply=@x"))
        )
        cases[f"{at}"] = _case(
            " ".join(words),
            _listed(chance),
            calls=chance.choice((ASK, ASK, ASK, ALL)),
            user=chance.choice(("alice", "alice", "bob", "carol", "root", "stranger", "", None)),
            answers=chance.choice(((), (), ("alice",), ("",))),
            items=_items(chance),
        )
    assert_same(cases)


_WORDS = (
    *("item=user", "item=", "item=bad", "item", "item=tty"),
    *("sense=allow", "sense=deny", "sense=", "sense", f"file={_LIST}", "file=", "file"),
    *("onerr=succeed", "onerr=fail", "onerr=", "onerr", "quiet", "quiet=1", "debug", "="),
)


def test_options_in_any_order_get_the_same_answer() -> None:
    chance = random.Random(411)
    cases = []
    for _ in range(_CASES // 2):
        words = [chance.choice(_WORDS) for _ in range(chance.randrange(7))]
        if chance.random() < 0.5:
            words += ["item=user", "sense=allow", f"file={_LIST}"]
        words.append(chance.choice((*_APPLY, "apply=", "apply=@", "apply")))
        cases.append(_case(" ".join(words), user=chance.choice(("alice", "bob")), calls=ALL))
    # What is said is compared below: up to 1.5 the first thing that is wrong is the only one.
    odd = [
        (case.policy, c.codes, ours.codes)
        for case, (c, ours) in zip(cases, play(cases), strict=True)
        if c._replace(log=()) != ours._replace(log=())
    ]
    assert odd == []


def test_what_is_wrong_with_options_is_said_in_the_same_words() -> None:
    whole = f"item=user sense=allow file={_LIST}"
    lines = {
        "no item": f"sense=allow file={_LIST}",
        "bad item": f"item=bad sense=allow file={_LIST}",
        "no sense": f"item=user file={_LIST}",
        "no file": "item=user sense=allow",
        "no value": f"{whole} onerr sense quiet onerr=succeed",
        "empty file": f"{whole} file=",
        "no user to apply to": f"{whole} apply=",
        "no group to apply to": f"{whole} apply=@",
        "nonsense": f"{whole} apply=bob",
        "nonsense in groups": f"item=group sense=deny file={_LIST} apply=@wheel",
        "two things": "item=user",
        "bad sense": f"{whole} sense=bad",
        "bad onerr": f"{whole} onerr=bad",
        "unknown": f"{whole} other=1",
        "apply first": f"item=tty sense=deny apply=alice file={_LIST}",
    }
    assert_same(
        {name: _case(args, calls=ALL, items=[(Item.TTY, "x")]) for name, args in lines.items()},
        different={
            "two things": "1.5 says the first",
            "bad sense": "1.5 says nothing",
            "bad onerr": "1.5 says nothing",
            "unknown": "1.5 says the word without its value",
            "apply first": "1.5 forgets the user when it reads the next word",
        },
    )


def test_lines_that_other_versions_cut_differently() -> None:
    allow, deny = (f"item=user sense={sense} file={_LIST}" for sense in ("allow", "deny"))
    shell = f"item=shell sense=allow file={_LIST}"
    long = "x" * 255
    assert_same(
        {
            "in a long line": _case(allow, f"{long}alice\n"),
            "carriage return": _case(allow, "alice\rbob\n"),
            "two carriage returns": _case(deny, "alice\r\r\n"),
            "empty shell": _case(shell, "\r\n", user="carol"),
            "NUL denies": _case(deny, "alice\0\n"),
            "NUL allows": _case(allow, "alice\0\n"),
            "slash": _case(f"{deny}/ onerr=succeed", "bob\n"),
            "long file": _case(f"item=user sense=allow file={'/.' * 150}{_LIST}"),
        },
        different={
            "in a long line": "1.5 cuts a line into pieces of 255 bytes, and one is the name",
            "carriage return": "1.5 takes it off at the end of a line only",
            "two carriage returns": "1.5 takes off one",
            "empty shell": "1.5 takes such a line for an empty name",
            "NUL allows": "C cuts the line there",
            "slash": "for C there is nothing at such a path",
            "long file": "1.5 cuts paths at 255 bytes",
        },
    )


def test_no_list_lets_anybody_in_whom_the_real_module_keeps_out() -> None:
    chance = random.Random(412)
    cases = []
    for _ in range(_CASES // 2):
        data = b"".join(
            chance.choice((b"alice", b"bob", b"wheel", b"\0", b"\r", b"\n", b"\n", b"x" * 250))
            for _ in range(chance.randrange(8))
        )
        item, sense = chance.choice(("user", "group", "shell")), chance.choice(("allow", "deny"))
        cases.append(_case(f"item={item} sense={sense} file={_LIST}", data))
    odd = [
        (case.policy, case.files)
        for case, (c, ours) in zip(cases, play(cases), strict=True)
        if ours.codes == (0,) and c.codes != (0,) and not _is_cut_by_age(case)
    ]
    assert odd == []


def _is_cut_by_age(case: Case) -> bool:
    """Whether 1.5 reads other lines than 1.7: long ones, and carriage returns inside."""
    ((_, data),) = case.files
    assert isinstance(data, bytes)
    lines = data.replace(b"\r\n", b"\n").split(b"\n")
    return any(len(line) > 250 or b"\r" in line for line in lines)


_ON_ERROR = ("", "onerr=fail", "onerr=succeed")


def test_files_of_every_kind_and_mode() -> None:
    kinds: dict[str, Content] = {
        "missing": None,
        "link": File(kind="link", to="/etc/passwd"),
        "dangling": File(kind="link", to="/nowhere"),
        "directory": File(kind="directory", mode=0o755),
        "sticky": File(kind="directory", mode=0o1777),
        "fifo": File(kind="fifo"),
        "empty": "",
        "NUL first": "\0alice\nbob\n",
    }
    for mode in (0o644, 0o600, 0o640, 0o000, 0o002, 0o646, 0o666, 0o664, 0o622, 0o444):
        kinds[f"{mode:o}"] = File(b"alice\nroot\n", mode=mode)
        kinds[f"{mode:o} of alice"] = File(b"alice\nroot\n", mode=mode, uid=1000)
    cases = {}
    for at, ((name, content), uid, sense, onerr) in enumerate(
        product(kinds.items(), (0, 1000), ("allow", "deny"), _ON_ERROR)
    ):
        args = f"item=user sense={sense} file={_LIST} {onerr} {'quiet' * (at % 2)}"
        cases[f"{name} {uid} {sense} {onerr}"] = _case(args, content, uid=uid)
    for file, sense, onerr in product(
        ("/", "/dev/null", "/etc", "/etc/list/x", "/etc/./list", "/etc/../etc/list", "etc/list"),
        ("allow", "deny"),
        _ON_ERROR,
    ):
        args = f"item=user sense={sense} file={file} {onerr}"
        cases[f"{file} {sense} {onerr}"] = _case(args)
    assert_same(cases)
