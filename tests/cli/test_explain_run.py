"""`pamkit explain --trace` and `--set`: why a run ended as it did."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pamkit.analysis import explore
from tests.cli.conftest import Command

POLICY = """auth [success=1 default=ignore] pam_unix.so
auth requisite pam_deny.so
auth required pam_permit.so
account required pam_nologin.so
account required pam_unix.so
password required pam_unix.so
session required pam_limits.so
"""


@pytest.fixture
def place(confdir: Callable[[str], str]) -> str:
    return confdir(POLICY)


def _explained(command: Command, place: str, *words: str, typed: str = "") -> str:
    ran = command(
        *("explain", "test", "--confdir", place, "--dialect", "linux", "--plain", *words),
        typed=typed,
    )
    assert (ran.status, ran.err) == (0, "")
    return ran.out


def _trace(command: Command, place: str, *words: str) -> str:
    simulated = ("simulate", "test", "--confdir", place, "--dialect", "linux", "--json")
    return command(*simulated, *words).out


def test_it_names_the_line_that_decided_and_what_would_have_changed_it(
    command: Command, place: str
) -> None:
    assert _explained(command, place, "--given", "secret=wrong").splitlines() == [
        "authenticate: refused, auth_err",
        "  decided at test:1 (pam_unix.so), which answered auth_err",
        "  after that every run is refused, as long as the modules can do their work",
        "  the code comes from test:2 (pam_deny.so)",
        "  had test:1 (pam_unix.so) answered success, test:3 (pam_permit.so) would have",
        "    granted",
        "  that is so if the password is right",
    ]


def test_a_trace_of_the_same_login_says_the_same(
    command: Command, place: str, tmp_path: Path
) -> None:
    trace = _trace(command, place, "--given", "secret=wrong")
    (tmp_path / "trace").write_text(trace)
    told = _explained(command, place, "--given", "secret=wrong")
    assert _explained(command, place, "--trace", str(tmp_path / "trace")) == told
    assert _explained(command, place, "--trace", "-", typed=trace) == told


@pytest.mark.needs("libcrypt")
def test_a_trace_of_a_real_run_is_explained(command: Command, root: str) -> None:
    Path(root, "etc/pam.d/test").write_text(POLICY)
    words = ("test", "--root", root, "--dialect", "linux")
    trace = command("run", *words, "--user", "alice", "--json", typed="wrong\n").out
    told = " ".join(command("explain", *words, "--plain", "--trace", "-", typed=trace).out.split())
    assert "decided at test:1 (pam_unix.so), which answered auth_err" in told
    assert "had test:1 (pam_unix.so) answered success, test:3 (pam_permit.so)" in told


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("--set", "pam_unix.acct_mgmt=acct_expired"),
        ("--given", "due=yes"),
        ("--set", "pam_limits=session_err"),
        ("--given", "user=root,secret=blank"),
    ],
)
def test_traces_of_whole_logins_are_explained_as_logins_are(
    command: Command, place: str, words: tuple[str, ...]
) -> None:
    trace = _trace(command, place, *words)
    told = _explained(command, place, "--trace", "-", typed=trace)
    assert told == _explained(command, place, *(words or ("--given", "user=local")))


def test_every_call_of_a_login_has_its_reasons(command: Command, place: str) -> None:
    told = _explained(command, place, "--given", "due=yes")
    calls = [line.partition(":")[0] for line in told.splitlines() if not line.startswith(" ")]
    assert calls == [
        *("authenticate", "acct_mgmt", "chauthtok, preliminary pass", "chauthtok, update pass"),
        *("setcred", "open_session", "close_session", "setcred"),
    ]
    assert "it asks the lines that authenticate asked, and no others" in told


def test_where_nothing_else_could_come_that_is_said(
    command: Command, confdir: Callable[[str], str]
) -> None:
    place = confdir("auth required pam_deny.so\n")
    told = _explained(command, place, "--given", "user=root")
    assert "nothing that its modules can answer would have ended otherwise" in told


def test_the_code_can_come_from_a_line_before_what_would_have_changed_it(
    command: Command, confdir: Callable[[str], str]
) -> None:
    place = confdir("auth required pam_unix.so\nauth required pam_u2f.so\n")
    told = " ".join(_explained(command, place, "--set", "pam_u2f=auth_err").split())
    assert "had test:2 (pam_u2f.so) answered success, it would have been granted" in told


def test_the_line_that_would_have_refused_is_said_to_be_that_line(
    command: Command, place: str
) -> None:
    told = " ".join(_explained(command, place, "--given", "user=local").split())
    assert "(pam_unix.so) answered auth_err, that line would have refused (auth_err)" in told


def test_a_run_that_asked_nobody_is_explained(command: Command, tmp_path: Path) -> None:
    (tmp_path / "test").write_text("account required pam_permit.so\n")
    told = _explained(command, str(tmp_path), "--given", "user=root")
    assert "the policy has no line for it" in told


def test_a_trace_without_runs_has_nothing_to_explain(command: Command, place: str) -> None:
    document = json.loads(_trace(command, place))
    document["runs"] = []
    told = _explained(command, place, "--trace", "-", typed=json.dumps(document))
    assert told == "no call was made that asked a line\n"


def test_the_document_has_the_steps(command: Command, place: str) -> None:
    document = json.loads(_explained(command, place, "--given", "secret=wrong", "--json"))
    (run,) = document["runs"]
    assert (run["primitive"], run["granted"], run["code"]) == ("authenticate", False, "auth_err")
    assert (run["decided"]["line"], run["from"]["line"]) == (1, 2)
    there = run["otherwise"]
    assert (there["granted"], there["by"]["line"], there["supposed"]) == (True, 3, [])
    assert [(step["line"], step["answer"]) for step in there["changed"]] == [(1, "success")]


def test_a_document_says_where_there_is_no_other_run(
    command: Command, confdir: Callable[[str], str]
) -> None:
    place = confdir("auth required pam_deny.so\n")
    document = json.loads(_explained(command, place, "--given", "user=root", "--json"))
    assert [(run["otherwise"], run["decided"]) for run in document["runs"]] == [(None, None)]


def _changed(trace: str, change: Callable[[dict[str, Any]], object]) -> str:
    document = json.loads(trace)
    change(document)
    return json.dumps(document)


_STEP = ("runs", 0, "steps", 0)


def _set(*path: str | int, to: object) -> Callable[[dict[str, Any]], object]:
    def change(document: dict[str, Any]) -> None:
        at: Any = document
        for key in path[:-1]:
            at = at[key]
        at[path[-1]] = to

    return change


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (_set("service", to="other"), "the trace is of another service than `test`"),
        (_set(*_STEP, "line", to=9), "the trace is not of this policy: it has no line"),
        (_set(*_STEP, "link", to=77), "the trace is not of this policy: it has no line"),
        (_set(*_STEP, "module", to="pam_x.so"), "it does not name pam_x.so"),
        (_set(*_STEP, "answer", to="success"), "its authenticate took another way"),
        (_set("runs", 0, "verdict", "mood", to="granted"), "its authenticate ended otherwise"),
        (_set("runs", 0, "primitive", to="dance"), "the trace cannot be read"),
        (_set("runs", to="none"), "is no trace"),
        (_set(*_STEP, to=None), "the trace cannot be read"),
    ],
)
def test_a_trace_of_something_else_is_refused(
    command: Command, place: str, change: Callable[[dict[str, Any]], object], why: str
) -> None:
    trace = _changed(_trace(command, place, "--given", "secret=wrong"), change)
    words = ("explain", "test", "--confdir", place, "--plain", "--trace", "-")
    ran = command(*words, typed=trace)
    assert ran.status == 2
    assert why in ran.err


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("--trace", "/nowhere-at-all"), "`/nowhere-at-all`: no such file or directory"),
        (("--trace", "-"), "`-` is no trace"),
        (("--trace", "-", "--set", "pam_unix=success"), "--set and --given have no say in it"),
        (("--set", "pam_unix=success", "--tree"), "a run is explained in words or as --json"),
        (("--set", "pam_ldap=success"), "does not name `pam_ldap`"),
        (("--given", "moon=full"), "expected NAME=VALUE"),
    ],
)
def test_what_is_no_run_is_said(
    command: Command, place: str, words: tuple[str, ...], why: str
) -> None:
    ran = command("explain", "test", "--confdir", place, "--plain", *words, typed="{[")
    assert ran.status == 2
    assert why in ran.err


def test_a_policy_of_too_many_lines_is_said_to_be(
    command: Command, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(explore, "MOST", 1)
    ran = command("explain", "test", "--confdir", place, "--given", "secret=wrong")
    assert ran.status == 2
    assert "too many lines to look at" in ran.err


def test_no_trace_is_a_fault_of_ours(command: Command, place: str) -> None:
    draw = random.Random(5)
    document = json.loads(_trace(command, place, "--given", "secret=wrong"))
    odd = []
    for _ in range(60):
        broken = copy.deepcopy(document)
        at: Any = broken
        path: list[object] = []
        while isinstance(at, dict | list) and at:
            key = draw.choice(list(at) if isinstance(at, dict) else range(len(at)))
            path.append(key)
            above, at = at, at[key]
            if draw.random() < 0.15:
                break
        above[key] = draw.choice([None, -1, 10**30, "", "x", [], {}, True, "\ud800", 1e308])
        ran = command(
            *("explain", "test", "--confdir", place, "--plain", "--trace", "-"),
            typed=json.dumps(broken),
        )
        if ran.status not in (0, 2) or "a fault of pamkit's own" in ran.err:
            odd.append((path, ran.err))
    assert odd == []
