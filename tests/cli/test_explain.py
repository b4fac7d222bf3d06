"""`pamkit explain`: a policy in words, as a tree, as a graph, as a document."""

from __future__ import annotations

import contextlib
import io
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pamkit.analysis import explore
from pamkit.cli.explain_graph import dot, mermaid
from pamkit.cli.explain_json import print_policy
from pamkit.cli.explain_text import show_policy, show_tree
from pamkit.cli.explanation import explained
from pamkit.cli.screen import PlainScreen
from pamkit.policy.dialect import DEBIAN
from pamkit.policy.resolve import Policy, resolve
from pamkit.policy.source import MemorySource
from pamkit.vocab.facility import FACILITY_WORDS, Facility
from pamkit.vocab.failure import PolicyError
from tests.analysis.policies import declarations
from tests.cli.conftest import Command
from tests.conftest import CORPUS

POLICY = """auth [success=1 default=ignore] pam_unix.so nullok
auth requisite pam_deny.so
auth required pam_permit.so
account substack in
account required pam_permit.so
session required pam_of_nobody.so secret=xyzzy
"""


@pytest.fixture
def place(confdir: Callable[[str], str]) -> str:
    directory = confdir(POLICY)
    Path(directory, "in").write_text("account requisite pam_unix.so\n")
    return directory


def _lines(command: Command, place: str, *words: str) -> list[str]:
    ran = command("explain", "test", "--confdir", place, "--plain", *words)
    assert (ran.status, ran.err) == (0, "")
    return ran.out.splitlines()


def _after(lines: list[str], start: str) -> list[str]:
    """Return the lines below the one that begins so, as far as they are indented deeper."""
    at = next(at for at, line in enumerate(lines) if line.strip().startswith(start))
    depth = len(lines[at]) - len(lines[at].lstrip())
    found = []
    for line in lines[at + 1 :]:
        if line and len(line) - len(line.lstrip()) <= depth:
            break
        found.append(line.strip())
    return found


def test_a_line_says_what_it_is_for_and_where_its_answers_lead(
    command: Command, place: str
) -> None:
    lines = _lines(command, place)
    assert _after(lines, "test:1  pam_unix.so nullok") == [
        "Check and change the passwords that passwd(5) and shadow(5) keep.",
        "nullok: let users in who have no password, without asking for one",
        "success: skips 1 line, on to test:3 (pam_permit.so)",
        "anything else: has no say",
    ]
    assert _after(lines, "test:2") == [
        "Say no to everything, to everybody.",
        "auth_err: refuses at once",
    ]


def test_the_whole_says_who_gets_in_and_which_line_refuses(command: Command, place: str) -> None:
    text = " ".join(" ".join(_lines(command, place, "--facility", "auth")).split())
    assert (
        "in all root, users numbered below 1000, local users are let in"
        " if the password is right, test:1 (pam_unix.so)"
    ) in text
    assert "if the account has no password and none is given, test:1 (pam_unix.so)" in text
    assert text.endswith("refusing at once: test:2 (pam_deny.so)")


def test_a_substack_says_where_it_ends(command: Command, place: str) -> None:
    lines = _lines(command, place, "--facility", "account")
    text = " ".join(" ".join(lines).split())
    assert "test:4 substack in: its lines are asked here, and an end or a jump in it stays" in text
    assert "and `in` ends, on to test:5 (pam_permit.so)" in text


def test_what_is_not_known_and_what_is_secret_is_not_made_up(command: Command, place: str) -> None:
    lines = _lines(command, place, "--facility", "session")
    assert "nothing is known of this module: any answer may come" in _after(lines, "test:6")
    assert not any("xyzzy" in line for line in lines)


def test_a_facility_of_other_is_said_to_be(command: Command, place: str) -> None:
    lines = _lines(command, place, "--facility", "password")
    assert "  `test` has no line for it: those of `other` count" in lines
    assert "    all users: no way in is known" in lines


def test_a_facility_without_a_line_refuses_everybody(command: Command, tmp_path: Path) -> None:
    (tmp_path / "test").write_text("auth required pam_permit.so\n")
    lines = _lines(command, str(tmp_path), "--facility", "session")
    assert lines[-1].strip() == "there is no line: everybody is refused"


def test_a_line_that_must_fail_and_one_never_asked_are_said_to(
    command: Command, confdir: Callable[[str], str]
) -> None:
    text = "auth include not-there\nauth [default=done] pam_permit.so\nauth required pam_unix.so\n"
    place = confdir(text.replace("include not-there", "optional pam_env.so"))
    lines = _lines(command, place, "--facility", "auth")
    assert any(line.strip().startswith("never asked, whatever comes: test:3") for line in lines)
    Path(place, "test").write_text(text)
    lines = _lines(command, place, "--facility", "auth")
    assert "it can only refuse: the file `not-there` is not there" in _after(lines, "test:1")


def test_what_cannot_be_understood_is_said(command: Command, confdir: Callable[[str], str]) -> None:
    place = confdir("auth requird pam_permit.so\n")
    lines = _lines(command, place, "--facility", "auth")
    assert any("[unknown-control]" in line for line in lines)
    text = " ".join(" ".join(lines).split())
    assert "success: is a no that no later yes can change, and goes on; the last line" in text
    document = json.loads("\n".join(_lines(command, place, "--json")))
    assert [found["rule"] for found in document["findings"]] == ["unknown-control"]


def test_a_policy_for_everybody_says_so(command: Command, confdir: Callable[[str], str]) -> None:
    lines = _lines(command, confdir("auth required pam_permit.so\n"), "--facility", "auth")
    told = _after(lines, "all users are let in")
    assert told == ["whatever they give: test:1 (pam_permit.so) answers success"]


def test_many_ways_are_cut_and_the_document_has_all(
    command: Command, confdir: Callable[[str], str]
) -> None:
    place = confdir("".join(f"auth sufficient pam_u2f.so x={n}\n" for n in range(9)))
    lines = _lines(command, place, "--facility", "auth")
    assert any("more ways; `--json` has all" in line for line in lines)


def test_too_many_lines_are_said_to_be(
    command: Command, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(explore, "MOST", 1)
    lines = _lines(command, place)
    assert any(line.strip().startswith("there are too many lines to look at") for line in lines)


def test_the_tree_has_every_line_and_where_it_leads(command: Command, place: str) -> None:
    lines = _lines(command, place, "--tree")
    text = "\n".join(lines)
    assert "|- test:1  pam_unix.so  [success=1 default=ignore]" in lines
    assert "|   success: skips 1 line, on to test:3 (pam_permit.so)" in lines
    assert "|- test:4  substack in" in lines
    assert "|  |- in:1  pam_unix.so  requisite" in lines
    assert text.count("`- the end") == 4


def test_the_document_says_the_same(command: Command, place: str) -> None:
    ran = command("explain", "test", "--confdir", place, "--json", "--facility", "auth,account")
    document = json.loads(ran.out)
    auth, account = document["facilities"]
    first = auth["lines"][0]
    assert (first["module"], first["args"], first["known"]) == ("pam_unix.so", ["nullok"], True)
    assert [(a["who"], a["action"], a["to"]) for a in first["answers"]] == [
        ("success", "1", 2),
        ("anything else", "ignore", 1),
    ]
    assert auth["summary"]["refusing"] == [1]
    ways = auth["summary"]["granted"][0]["ways"]
    assert [(way["usual"], way["blank"], way["telling"]) for way in ways] == [
        (True, False, [0]),
        (False, True, [0]),
    ]
    assert [step["answer"] for step in ways[0]["run"]] == ["success", "success"]
    assert account["lines"][0]["inside"] == ["in"]


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("test", "--facility", "acount"), "there is no facility `acount`\nhelp: did you mean"),
        (("../test",), "is no service name"),
        (("test", "--graph", "png"), "there is no --graph `png`"),
        (("test", "--tree", "--json"), "not allowed with argument"),
        (("test", "--dialect", "klingon"), "klingon"),
    ],
)
def test_what_cannot_be_explained_is_said(
    command: Command, place: str, words: tuple[str, ...], why: str
) -> None:
    ran = command("explain", *words, "--confdir", place, "--plain")
    assert ran.status == 2
    assert why in ran.err


HOSTILE = 'auth required "a\\n]-->|x|b.so\nauth [success=1 default=die] pam_unix.so\n'


def _parts(text: str) -> list[object]:
    policy = resolve("test", MemorySource({"/etc/pam.d/test": text}))
    return list(explained(policy, Facility, declarations))


def test_the_graph_has_a_node_for_each_line_and_an_edge_for_each_way(
    command: Command, place: str
) -> None:
    lines = _lines(command, place, "--graph", "dot", "--facility", "auth")
    assert '    auth_0 [label="test:1\\npam_unix.so"];' in lines
    assert '    auth_0 -> auth_2 [label="success: skips 1"];' in lines
    assert '    auth_1 -> auth_refused [label="auth_err: no, and ends"];' in lines
    assert lines[0] == 'digraph "test" {'
    told = _lines(command, place, "--graph", "mermaid", "--facility", "auth")
    assert told[:2] == ["flowchart TD", "  subgraph auth"]
    assert '    auth_0 -->|"success: skips 1"| auth_2' in told


def test_a_graph_is_whole_whatever_the_policy_is_called() -> None:
    policy = resolve("test", MemorySource({"/etc/pam.d/test": HOSTILE}))
    parts = explained(policy, Facility, declarations)
    for line in dot('te"st', parts).splitlines():
        bare = re.sub(r'"(?:[^"\\]|\\.)*"', "", line)
        assert '"' not in bare
    drawn = mermaid("test", parts)
    for line in drawn.splitlines()[1:]:
        bare = re.sub(r'"[^"]*"', '""', line)
        assert re.fullmatch(
            r'  (?:subgraph \w+|end|  \w+(?:\[""\]|\(\[""\]\)| -->\|""\| \w+))', bare
        )


def test_a_yes_after_which_a_no_can_have_been_said_has_two_edges() -> None:
    text = "auth required pam_unix.so\nauth sufficient pam_permit.so\nauth optional pam_env.so\n"
    policy = resolve("test", MemorySource({"/etc/pam.d/test": text}))
    drawn = dot("test", explained(policy, (Facility.AUTH,), declarations))
    assert 'auth_1 -> auth_verdict [label="success: yes, and ends"]' in drawn
    assert 'auth_1 -> auth_2 [label="success: after a no it goes on"]' in drawn


def test_a_yes_of_the_first_line_has_one_edge() -> None:
    text = "auth sufficient pam_permit.so\nauth optional pam_env.so\n"
    policy = resolve("test", MemorySource({"/etc/pam.d/test": text}))
    drawn = dot("test", explained(policy, (Facility.AUTH,), declarations))
    assert drawn.count("auth_0 -> ") == 1


def test_a_jump_past_the_end_leads_to_no() -> None:
    policy = resolve("test", MemorySource({"/etc/pam.d/test": "auth [default=1] pam_permit.so\n"}))
    drawn = dot("test", explained(policy, (Facility.AUTH,), declarations))
    assert 'auth_0 -> auth_refused [label="success: skips 1"]' in drawn


@pytest.mark.needs("corpus")
@pytest.mark.parametrize("host", ["debian-server-a", "centos7-server", "gentoo-server-a"])
def test_every_service_of_a_real_host_can_be_explained(host: str, command: Command) -> None:
    place = min((CORPUS / host).rglob("pam.d"))
    services = [each.name for each in sorted(place.iterdir()) if each.is_file()]
    odd = []
    for service in services[:6]:
        for form in (("--plain",), ("--json",), ("--graph", "dot")):
            ran = command("explain", service, "--confdir", str(place), *form)
            if ran.status not in (0, 2) or "a fault of pamkit's own" in ran.err:
                odd.append((service, ran.err))
    assert odd == []
    assert services != []


def test_a_substack_of_any_name_shows_no_control_characters() -> None:
    files = {
        "/etc/pam.d/test": "auth substack in\x1b[2J\nauth required pam_permit.so\n",
        "/etc/pam.d/in\x1b[2J": "auth requisite pam_unix.so\n",
    }
    told = _told(resolve("test", MemorySource(files)))
    assert "substack in\\x1b[2J" in told
    assert {char for char in told if not char.isprintable()} <= {"\n"}


@pytest.mark.parametrize("module", ["pam_tacplus.so", "pam_of_nobody.so"])
def test_no_form_shows_a_secret(module: str) -> None:
    text = f"auth required {module} secret=hush\nauth required {module} secret=hush\n"
    told = _told(resolve("test", MemorySource({"/etc/pam.d/test": text})))
    assert "secret=<hidden>" in told
    assert "hush" not in told


def _told(policy: Policy) -> str:
    """Return all that is said of a policy, in every form."""
    out = io.StringIO()
    parts = explained(policy, Facility, declarations)
    show_policy(PlainScreen(out), policy, parts, declarations)
    show_tree(PlainScreen(out), policy, parts)
    with contextlib.redirect_stdout(out):
        print_policy(policy, parts, declarations)
    return out.getvalue() + dot("test", parts) + mermaid("test", parts)


_PIECES = st.lists(
    st.sampled_from(
        [
            *("auth", "account", "session", "password", "-auth", "include", "substack", "@include"),
            *(
                "required",
                "sufficient",
                "[success=2",
                "default=die]",
                "[default=reset]",
                "test",
                "in",
            ),
            *("pam_unix.so", "pam_permit.so", "pam_x.so", "nullok", "pw=hush", "\n", "\n", "\n"),
            *("\\\n", "#", "\x1b[2J", "\u202e", "\udc80", '"', "]", "[a\\]b]", "<b>", "%s", "\0"),
        ]
    ),
    max_size=40,
)


@settings(max_examples=50)
@given(_PIECES)
def test_any_policy_can_be_explained_and_shows_no_control_characters(pieces: list[str]) -> None:
    text = " ".join(pieces)
    source = MemorySource({"/etc/pam.d/test": text, "/etc/pam.d/in": f"auth substack test\n{text}"})
    try:
        policy = resolve("test", source, dialect=DEBIAN)
    except PolicyError:
        return
    told = _told(policy)
    assert {char for char in told if not char.isprintable()} <= {"\n"}
    assert "hush" not in told


def test_every_facility_has_a_name_on_the_command_line(command: Command, place: str) -> None:
    for name in FACILITY_WORDS:
        lines = _lines(command, place, "--facility", name)
        assert [line for line in lines if line.startswith(f"{name}: ")] != []
