"""Our libpamc beside the system's: one program, one agent, the same packets."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.native import companions
from tests.native.companions import LIBPAMC

pytestmark = pytest.mark.needs("cc", "libpam", "libpamc")


class Built(NamedTuple):
    """Our library, the program that uses one, and a directory of agents."""

    library: Path
    driver: Path
    agents: Path


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    directory = tmp_path_factory.mktemp("libpamc")
    library = companions.build_library(LIBPAMC, directory)
    driver = companions.build_program("libpamc_driver.c", directory, library)
    agents = directory / "agents"
    agents.mkdir()
    for name in ("two", "one@here"):
        make_agent(agents / name)
    return Built(library, driver, agents)


def make_agent(path: Path) -> None:
    text = (companions.HERE / "libpamc_agent.py").read_text()
    path.write_text(f"#!{sys.executable} -IS\n{text}")
    path.chmod(0o755)


class Run(NamedTuple):
    """How a program ended, and a line for each of its words."""

    status: int
    output: str
    errors: str


def run(
    driver: Path, libraries: Path | None, path: str | None, words: tuple[str, ...], *prefix: str
) -> Run:
    env = companions.environment(libraries)
    if path is not None:
        env["PAMC_AGENT_PATH"] = path
    done = subprocess.run(
        [*prefix, driver, *words], env=env, capture_output=True, text=True, timeout=120, check=False
    )
    return Run(done.returncode, done.stdout, done.stderr)


class Story(NamedTuple):
    """What a client does, and a line that must be among what comes of it."""

    words: tuple[str, ...]
    expected: str


def packet(control: int, data: str) -> str:
    return f"1 control={control} length={len(data)} data={data} end=0"


FAIL = packet(4, "")
NOTHING = "0 nothing"

STORIES = {
    "selected": Story(("send:2:two/hi", "end"), packet(1, "2:TWO/HI")),
    "ended well": Story(("load:two", "end"), "end: 1 gone"),
    "ended badly": Story(("load:two", "send:2:two/", "send:1:fail", "end"), "end: 0 gone"),
    "loaded twice": Story(("load:two", "load:two"), "load:two: 1"),
    "loaded, not selected": Story(("load:two", "send:1:hi"), f"send:1:hi: {FAIL}"),
    "not there": Story(("load:three", "send:2:three/x", "end"), FAIL),
    "disabled": Story(("disable:two", "load:two", "send:2:two/x"), f"send:2:two/x: {FAIL}"),
    "disabled twice": Story(("disable:two", "disable:two"), "disable:two: 1"),
    "disabled too late": Story(("load:two", "disable:two"), "disable:two: 0"),
    "no such agent leaves the old one": Story(
        ("send:2:two/", "send:2:three/", "send:1:still"), packet(1, "1:STILL")
    ),
    "two agents": Story(
        ("send:2:one@here/a", "send:2:two/b", "send:2:one@here/c", "send:1:d", "end"),
        packet(1, "2:ONE@HERE/C"),
    ),
    "every control for clients": Story(
        ("send:2:two/", "send:1:a", "send:3:b", "send:4:c"), packet(1, "4:C")
    ),
    "a control that is not for clients": Story(("send:2:two/", "send:5:x"), FAIL),
    "an agent's control": Story(("send:2:two/", "send:70:x"), FAIL),
    "an agent asks": Story(("send:2:two/unusual-control",), packet(70, "secret?")),
    "no data": Story(("send:2:two/no-data",), packet(3, "")),
    "no control": Story(("send:2:two/no-control-no-data", "send:1:x"), packet(1, "1:X")),
    "byte by byte": Story(("send:2:two/slow",), packet(1, "in pieces")),
    "cut off": Story(("send:2:two/cut", "end"), f"send:2:two/cut: {NOTHING}"),
    "cut off in the head": Story(("send:2:two/cut-head", "end"), NOTHING),
    "no slash": Story(("send:2:two",), FAIL),
    "no name": Story(("send:2:/x", "send:2:"), FAIL),
    "a name that is none": Story(("send:2:-two/x", "send:2:tw.o/x", "send:2:@two/x"), FAIL),
    "a path": Story(("send:2:../agents/two/x", "load:../agents/two"), "load:../agents/two: 0"),
    "no packet": Story(("nothing",), f"nothing: {NOTHING}"),
    "a packet shorter than its head": Story(("raw:00000003", "raw:00000000"), FAIL),
    "a packet without control": Story(("raw:0000000500",), FAIL),
    "no names": Story(("no-name",), "no-name: 0 0"),
    "large": Story(("send:2:two/", "bulk:1:60000", "bulk:1:1001"), "control=1 length=60000"),
    "again": Story(("send:2:two/a", "end", "restart", "send:2:two/b", "end"), "2:TWO/B"),
    "without stdin": Story(("close:0", "send:2:two/hi", "end"), packet(1, "2:TWO/HI")),
}


@pytest.mark.parametrize("name", STORIES)
def test_a_client_sees_what_it_sees_from_the_stock_library(built: Built, name: str) -> None:
    story = STORIES[name]

    stock = run(built.driver, None, str(built.agents), story.words)
    ours = run(built.driver, built.library.parent, str(built.agents), story.words)

    assert (stock, True) == (ours, story.expected in ours.output)


PATHS = {
    "{agents}": "1",
    "/nowhere:{agents}": "1",
    "{agents}:": "1",
    "{agents}/": "1",
    "/nowhere": "0",
    "": "0",
    "{agents}/two": "0",
}


@pytest.mark.parametrize("path", PATHS)
def test_agents_are_looked_for_where_the_stock_library_looks(built: Built, path: str) -> None:
    directories = path.format(agents=built.agents)

    stock = run(built.driver, None, directories, ("load:two", "end"))
    ours = run(built.driver, built.library.parent, directories, ("load:two", "end"))

    assert (stock, f"load:two: {PATHS[path]}") == (ours, ours.output.splitlines()[0])


def test_the_first_directory_that_has_the_name_is_taken(built: Built, tmp_path: Path) -> None:
    (tmp_path / "two").write_text("not executable\n")
    path, words = f"{tmp_path}:{built.agents}", ("load:two", "send:2:two/x", "end")

    stock = run(built.driver, None, path, ("count-pipes", *words))
    ours = run(built.driver, built.library.parent, path, ("count-pipes", *words))

    assert [ours.output.split("\n")[i] for i in (1, 3)] == ["load:two: 1", "end: 0 gone"]
    assert [stock.output.split("\n")[i] for i in (1, 3)] == ["load:two: 1", "end: 0 gone"]


def test_without_agents_of_the_users_own_none_is_found(built: Built) -> None:
    libraries = (None, built.library.parent)

    stock, ours = (run(built.driver, place, None, ("list", "load:two")) for place in libraries)

    assert stock == ours


# --- where ours is better on purpose -------------------------------------------------------------


def test_every_agent_is_listed_once_in_order(built: Built, tmp_path: Path) -> None:
    names = ("two", "Two", "_x", "9", "a@b.c", "x@", "a-b", ".hidden", "@x", "b.c", "a@b@c", "\xe4")
    for name in names:
        (tmp_path / name).write_text("")
    path = f"{built.agents}:{tmp_path}:{built.agents}::/nowhere"

    ours = run(built.driver, built.library.parent, path, ("list",))

    assert "list: agents: 9 Two _x a@b.c one@here two x@\n" in ours.output


@pytest.mark.parametrize("name", ["..", ".", "", "a-b", "@x", "a.b", "a@b-c", "tw\no"])
def test_a_name_that_is_none_is_never_loaded(built: Built, tmp_path: Path, name: str) -> None:
    agents = tmp_path / "agents"
    agents.mkdir()
    if name not in ("", ".", ".."):
        make_agent(agents / name)

    words = (f"load:{name}", f"send:2:{name}/x")
    ours = run(built.driver, built.library.parent, str(agents), words)

    assert f"load:{name}: 0\nsend:2:{name}/x: {FAIL}\n" in ours.output


NAMES = st.text("aZ9_@.-/ \x7f", min_size=1, max_size=6)


@settings(max_examples=60)
@given(names=st.lists(NAMES, min_size=1, max_size=10))
def test_only_whole_names_reach_the_disk(built: Built, names: list[str]) -> None:
    # No such agent is there: what is loaded would be a directory, or an agent of another name.
    words = tuple(f"load:{name}" for name in names)

    ours = run(built.driver, built.library.parent, f"{built.agents}/two/..:/", words)

    assert ": 1" not in ours.output


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("short", NOTHING),
        ("no-control", FAIL),
    ],
)
def test_a_malformed_reply_is_no_reply(built: Built, word: str, expected: str) -> None:
    words = (f"send:2:two/{word}", "send:1:next", "end")

    ours = run(built.driver, built.library.parent, str(built.agents), words)

    lines = [f"send:2:two/{word}: {expected}", f"send:1:next: {packet(1, '1:NEXT')}", "end: 1 gone"]
    assert lines == ours.output.splitlines()[:3]


def test_an_agent_that_is_gone_does_not_kill_the_client(built: Built) -> None:
    words = ("send:2:two/last", "wait-for-agent", "send:1:x", "count-pipes", "nowhere", "end")

    ours = run(built.driver, built.library.parent, str(built.agents), words)
    stock = run(built.driver, None, str(built.agents), words)

    expected = ["wait-for-agent: 0", f"send:1:x: {FAIL}", "count-pipes: pipes=0 other"]
    assert [*expected, "nowhere: 0", "end: 1 gone"] == ours.output.splitlines()[1:6]
    assert stock.status == -13


def test_a_program_that_handles_broken_pipes_hears_of_none(built: Built) -> None:
    words = ("count-pipes", "send:2:two/last", "wait-for-agent", "send:1:x", "count-pipes")

    ours = run(built.driver, built.library.parent, str(built.agents), words)

    assert ours.output.splitlines()[4] == "count-pipes: pipes=0 own"


@pytest.mark.parametrize("before", [(), ("close:0",), ("send:2:one@here/x",)])
def test_an_agent_gets_nothing_of_the_client_but_its_pipes(
    built: Built, before: tuple[str, ...]
) -> None:
    words = ("leak", *before, "send:2:two/describe", "end")

    ours = run(built.driver, built.library.parent, str(built.agents), words)

    assert packet(1, "descriptors=[] environment=b''") in ours.output


@pytest.mark.needs("root", "unprivileged")
class TestPrivileged:
    """A program that has rights its user has not: its environment is the user's, not to be used."""

    @pytest.fixture
    def driver(self, built: Built) -> Iterator[Path]:
        # The loader ignores LD_LIBRARY_PATH as well, and the user must be able to get there.
        place = Path(tempfile.mkdtemp(prefix="libpamc-privileged-"))
        place.chmod(0o755)
        (place / "agents").mkdir()
        (place / "agents" / "mine").write_text("")
        shutil.copy(built.library, place)
        flag = f"-Wl,-rpath,{place}"
        driver = companions.build_program("libpamc_driver.c", place, place / "libpamc.so.0", flag)
        yield driver
        shutil.rmtree(place)

    def listed(self, driver: Path) -> str:
        env = {"PAMC_AGENT_PATH": str(driver.parent / "agents")}
        return subprocess.run(
            [driver, "list"],
            env=env,
            user=65534,
            group=65534,
            extra_groups=[],
            capture_output=True,
            text=True,
            check=True,
        ).stdout.splitlines()[0]

    def test_the_users_own_agents_are_for_ordinary_programs(self, driver: Path) -> None:
        assert self.listed(driver) == "list: agents: mine"

    def test_the_users_own_agents_are_not_for_a_privileged_program(self, driver: Path) -> None:
        os.chown(driver, 0, 1)
        driver.chmod(0o2755)

        assert "mine" not in self.listed(driver)


# --- memory --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def sanitized(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("sanitized")
    return companions.build_sanitized("libpamc_driver.c", directory, LIBPAMC)


@pytest.mark.parametrize("name", STORIES)
def test_the_sanitizers_have_nothing_to_say(built: Built, sanitized: Path, name: str) -> None:
    words = ("list", *STORIES[name].words)

    plain = run(built.driver, built.library.parent, str(built.agents), words)

    assert plain == run(sanitized, None, str(built.agents), words)


@pytest.mark.parametrize("word", ["short", "cut", "cut-head", "no-control", "last"])
def test_the_sanitizers_have_nothing_to_say_of_bad_agents(
    built: Built, sanitized: Path, word: str
) -> None:
    words = (f"send:2:two/{word}", "end")

    plain = run(built.driver, built.library.parent, str(built.agents), words)

    assert plain == run(sanitized, None, str(built.agents), words)


@pytest.mark.needs("valgrind")
def test_valgrind_has_nothing_to_say(built: Built) -> None:
    valgrind = ("valgrind", "-q", "--error-exitcode=9", "--leak-check=full")
    words = ("list", "disable:x", "send:2:two/a", "send:1:short", "send:2:x/y", "load:-", "end")

    ours = run(built.driver, built.library.parent, str(built.agents), words, *valgrind)

    assert (ours.status, ours.errors, "end: 1 gone" in ours.output) == (0, "", True)


# --- the ABI -------------------------------------------------------------------------------------

FUNCTIONS = ("converse", "disable", "end", "list_agents", "load", "start")


def test_the_names_are_six_in_their_node_and_the_library_is_closed_otherwise(built: Built) -> None:
    rows = [line.split() for line in companions.read_elf("--dyn-syms", built.library).splitlines()]
    names = {
        row[7]
        for row in rows
        if len(row) == 8 and row[0] != "Num:" and row[6] not in ("UND", "ABS")
    }
    dynamic = companions.read_elf("-d", built.library)
    needed = [line.split("[")[1][:-1] for line in dynamic.splitlines() if "(NEEDED)" in line]
    segments = companions.read_elf("-l", built.library)
    stack = next(line for line in segments.splitlines() if "GNU_STACK" in line)

    assert ({f"pamc_{name}@@LIBPAMC_1.0" for name in FUNCTIONS}, ["libc.so.6"]) == (names, needed)
    assert (
        "[libpamc.so.0]" in dynamic,
        "BIND_NOW" in dynamic,
        "GNU_RELRO" in segments,
        "RWE" in stack,
    ) == (True, True, True, False)


# --- can the comparison fail? --------------------------------------------------------------------

MISTAKES = {
    "a prompt for nobody breaks": (
        "converse.c",
        "return EXCHANGE_UNSERVED;\n    outcome",
        "return EXCHANGE_BROKEN;\n    outcome",
    ),
    "a forbidden agent is loaded": ("load.c", " || client_forbids(pch, agent_id)", ""),
    "an agent's end is not looked at": (
        "agent_process.c",
        "WIFEXITED(status) && WEXITSTATUS(status) == 0",
        "WIFEXITED(status)",
    ),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_library_with_a_mistake_is_told_from_the_stock_one(
    built: Built, tmp_path: Path, name: str
) -> None:
    file, right, wrong = MISTAKES[name]
    text = (companions.C / LIBPAMC / file).read_text()
    (tmp_path / file).write_text(text.replace(right, wrong))
    others = [path for path in companions.sources(LIBPAMC) if path.name != file]
    companions.build_library(LIBPAMC, tmp_path, files=[*others, tmp_path / file])

    is_told = any(
        run(built.driver, None, str(built.agents), STORIES[story].words)
        != run(built.driver, tmp_path, str(built.agents), STORIES[story].words)
        for story in ("loaded, not selected", "disabled", "ended badly")
    )

    assert (text.count(right), is_told) == (1, True)
