"""Our libpam_misc beside the system's: one program, one terminal, the same bytes."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import termios
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.native import companions
from tests.native.companions import LIBPAM_MISC

pytestmark = pytest.mark.needs("cc", "libpam", "libpam_misc")

PATIENCE = 60  # seconds until a program that says nothing more has failed


class Built(NamedTuple):
    """Our library, and the programs that talk through whichever they are given."""

    library: Path
    driver: Path

    @property
    def directory(self) -> Path:
        return self.library.parent


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    directory = tmp_path_factory.mktemp("libpam_misc")
    library = companions.build_library(LIBPAM_MISC, directory)
    return Built(library, companions.build_program("libpam_misc_driver.c", directory, library))


@pytest.fixture(scope="module")
def sanitized(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("sanitized")
    return companions.build_sanitized("libpam_misc_driver.c", directory, LIBPAM_MISC)


class Outcome(NamedTuple):
    """What a program wrote to whom, and how it ended."""

    status: int
    report: str
    output: bytes
    errors: bytes


class OnTerminal:
    """A program whose terminal is ours: what it prints is awaited, then something is typed."""

    def __init__(self, driver: Path, libraries: Path | None, arguments: tuple[str, ...]) -> None:
        self.master, slave = pty.openpty()
        self._report, report = os.pipe()
        control, self._control = os.pipe()
        self._process = subprocess.Popen(
            [driver, str(report), *(word.replace("CONTROL", str(control)) for word in arguments)],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            pass_fds=(report, control),
            env=companions.environment(libraries),
        )
        for descriptor in (slave, report, control):
            os.close(descriptor)
        self._seen, self._awaited = b"", 0

    def finish(self, steps: tuple[tuple[bytes, bytes], ...]) -> Outcome:
        try:
            for awaited, typed in steps:
                self._await(awaited)
                self._await_sleep()
                self._type(typed)
            while self._read_more():
                pass
            status = self._process.wait(timeout=PATIENCE)
            with open(self._report, "rb", closefd=False) as report:
                return Outcome(status, report.read().decode(), self._seen, b"")
        finally:
            self._process.kill()
            self._process.wait()
            for descriptor in (self.master, self._report, self._control):
                os.close(descriptor)

    def _await(self, awaited: bytes) -> None:
        while (place := self._seen.find(awaited, self._awaited)) < 0:
            assert self._read_more(), f"ended before {awaited!r}: {self._seen!r}"
        self._awaited = place + len(awaited)

    def _await_sleep(self) -> None:
        # It reads then: what is typed finds it there, a signal too.
        end = time.monotonic() + PATIENCE
        stat = Path(f"/proc/{self._process.pid}/stat")
        while stat.read_text().rpartition(")")[2].split()[0] not in "SZ":
            assert time.monotonic() < end, "busy for ever"
            os.sched_yield()

    def _type(self, typed: bytes) -> None:
        if typed == GO:
            os.write(self._control, b"!")
            return
        while typed:
            typed = typed[os.write(self.master, typed) :]

    def _read_more(self) -> bool:
        assert select.select([self.master], [], [], PATIENCE)[0], f"silent after {self._seen!r}"
        try:
            self._seen += (more := os.read(self.master, 65536))
        except OSError:  # the other side is gone
            return False
        return bool(more)


GO = b"(let the program go on)"


class Scene(NamedTuple):
    """A conversation at a terminal and what must come of it, in words of the report."""

    words: tuple[str, ...]
    steps: tuple[tuple[bytes, bytes], ...]
    expected: str


def hexed(text: bytes) -> str:
    return f"0.{text.hex()}"


SCENES = {
    "hidden": Scene(("off:Password: ",), ((b"word: ", b"secret\n"),), hexed(b"secret")),
    "shown": Scene(("on:login: ",), ((b"login: ", b"bob\n"),), hexed(b"bob")),
    "one after another": Scene(
        ("info:hello", "on:login: ", "off:Password: ", "error:oh"),
        ((b"login: ", b"bob\n"), (b"word: ", b"secret\n")),
        f"replies= null {hexed(b'bob')} {hexed(b'secret')} null",
    ),
    "hidden empty": Scene(("off:? ",), ((b"? ", b"\n"),), "replies= 0. "),
    "shown empty": Scene(("on:? ",), ((b"? ", b"\n"),), "replies= 0. "),
    "hidden end": Scene(("off:? ",), ((b"? ", b"\x04"),), "code=0 replies= null "),
    "shown end": Scene(("on:? ",), ((b"? ", b"\x04"),), "code=0 replies= null "),
    "hidden without newline": Scene(("off:? ",), ((b"? ", b"abc\x04"),), hexed(b"abc")),
    "shown without newline": Scene(("on:? ",), ((b"? ", b"abc\x04"),), hexed(b"abc")),
    "corrected": Scene(("on:? ",), ((b"? ", b"abx\x7fc\n"),), hexed(b"abc")),
    "eight bits": Scene(("off:? ",), ((b"? ", b"\xc3\xa4\xff\n"),), hexed(b"\xc3\xa4\xff")),
    "longer than a terminal line": Scene(
        ("off:? ", "off:more? "),
        ((b"? ", b"x" * 5000 + b"\n"), (b"more? ", b"y\n")),
        f"replies= {hexed(b'x' * 4095)} {hexed(b'y')} ",
    ),
    "typed ahead": Scene(
        ("--wait=CONTROL", "off:? "),
        ((b"", b"early\n"), (b"early\r\n", GO), (b"? ", b"late\n")),
        hexed(b"late"),
    ),
    # The echo says that the signal was sent; a hidden answer has none, and goes on nevertheless.
    "stopped while shown": Scene(
        ("--own-terminal", "--handle-stop", "on:? "),
        ((b"? ", b"\x1a"), (b"^Z", b"bob\n")),
        f"{hexed(b'bob')} died=0 warns=0 dies=0 frees=0 stops=1 masked=0",
    ),
    "stopped while hidden": Scene(
        ("--own-terminal", "--handle-stop", "off:? "),
        ((b"? ", b"\x1a"), (b"", b"secret\n")),
        f"{hexed(b'secret')} died=0 warns=0 dies=0 frees=0 stops=1 masked=0",
    ),
    "interrupted while hidden": Scene(
        ("--own-terminal", "--handle-interrupt", "on:a? ", "off:b? "),
        ((b"a? ", b"x\n"), (b"b? ", b"y\x03")),
        "code=19 replies=untouched died=0 warns=0 dies=0 frees=0 stops=0 masked=0 "
        "alarm-handler=own terminal=as-before",
    ),
    "interrupted while shown": Scene(
        ("--own-terminal", "--handle-interrupt", "on:? "),
        ((b"? ", b"y\x03"),),
        "code=19 replies=untouched",
    ),
    "too late already": Scene(("--die=-5", "off:? "), (), "code=19 replies=untouched died=1"),
    "too late for all": Scene(
        ("--die=-5", "--calls=2", "--die-line=<over>", "on:? "),
        (),
        "dies=1",
    ),
    "warned already": Scene(
        ("--warn=-5", "--warn-line=<hurry>", "off:? "),
        ((b"? ", b"x\n"),),
        f"{hexed(b'x')} died=0 warns=0 dies=0",
    ),
    "in time": Scene(
        ("--warn=50", "--die=100", "off:? "),
        ((b"? ", b"x\n"),),
        "died=0 warns=1 dies=1 frees=0 stops=0 masked=0 alarm-handler=own terminal=as-before",
    ),
    "the alarm is taken": Scene(
        ("--alarm=50", "--die=30", "off:? "),
        (),
        "code=19 replies=untouched died=0",
    ),
    "out of time": Scene(
        ("--warn=2", "--die=4", "off:? "),
        (),
        "code=19 replies=untouched died=1 warns=0 dies=1 frees=0 stops=0 masked=0 "
        "alarm-handler=own terminal=as-before",
    ),
    "after the warning": Scene(
        ("--warn=2", "on:? "),
        ((b"running out...\r\n? ", b"x\n"),),
        f"{hexed(b'x')} died=0 warns=0",
    ),
}


@pytest.mark.parametrize("name", SCENES)
def test_a_terminal_sees_what_it_sees_from_the_stock_library(
    built: Built, sanitized: Path, name: str
) -> None:
    scene = SCENES[name]
    programs = ((built.driver, None), (built.driver, built.directory), (sanitized, None))

    # All at once, since some of them wait for the time to pass.
    sessions = [OnTerminal(driver, place, scene.words) for driver, place in programs]
    stock, ours, checked = (session.finish(scene.steps) for session in sessions)

    assert (stock, stock, True) == (ours, checked, scene.expected in ours.report)


def piped(
    driver: Path, libraries: Path | None, words: tuple[str, ...], typed: bytes, *prefix: str
) -> Outcome:
    report, write_end = os.pipe()
    with open(report, "rb") as stream:
        done = subprocess.run(
            [*prefix, driver, str(write_end), *words],
            input=typed,
            capture_output=True,
            pass_fds=(write_end,),
            env=companions.environment(libraries) | {"UBSAN_OPTIONS": "halt_on_error=1"},
            timeout=120,
            check=False,
        )
        os.close(write_end)
        return Outcome(done.returncode, stream.read().decode(), done.stdout, done.stderr)


class Feed(NamedTuple):
    """A conversation through pipes: what is said, what stdin holds, what must come of it."""

    words: tuple[str, ...]
    typed: bytes
    expected: str


FEEDS = {
    "a line each": Feed(
        ("on:a ", "off:b ", "on:c "),
        b"one\ntwo\nthree\nfour\n",
        f"replies= {hexed(b'one')} {hexed(b'two')} {hexed(b'three')} ",
    ),
    "no last newline": Feed(("off:a ", "on:b "), b"one\ntwo", f"{hexed(b'one')} {hexed(b'two')} "),
    "an early end": Feed(("off:a ", "on:b "), b"one\n", f"{hexed(b'one')} null "),
    "nothing": Feed(("on:a ", "off:b "), b"", "code=0 replies= null null "),
    "an empty line": Feed(("off:a ", "off:b "), b"\nx\n", f"replies= 0. {hexed(b'x')} "),
    "a NUL": Feed(("off:a ", "off:b "), b"ab\0cd\ne\n", f"{hexed(b'ab')} {hexed(b'e')} "),
    "room for all": Feed(("off:a ",), b"x" * 4094 + b"\n", f"{hexed(b'x' * 4094)} "),
    "no room for the newline": Feed(
        ("off:a ", "off:b ", "on:c "),
        b"x" * 4095 + b"\ny\n",
        f"{hexed(b'x' * 4095)} 0. {hexed(b'y')} ",
    ),
    "too long": Feed(
        ("off:a ", "off:b "),
        b"x" * 5000 + b"\n",
        f"{hexed(b'x' * 4095)} {hexed(b'x' * 905)} ",
    ),
    "messages": Feed(("info:to stdout", "error:to stderr"), b"", "code=0 replies= null null "),
    "no texts": Feed(("null-info:", "null-error:"), b"", "code=0 replies= null null "),
    "empty texts": Feed(("info:", "error:", "on:"), b"x\n", f"null null {hexed(b'x')} "),
    "percent signs": Feed(("info:%s%n", "error:%s%n", "on:%s%n"), b"x\n", f"{hexed(b'x')} "),
    "radio": Feed(("off:a ", "style-5:yes or no"), b"x\n", "code=19 replies=untouched"),
    "an unknown style": Feed(("style-99:?",), b"", "code=19 replies=untouched"),
    "no messages": Feed(("--count=0", "off:a "), b"x\n", "code=19 replies=untouched"),
    "fewer than none": Feed(("--count=-1", "off:a "), b"x\n", "code=19 replies=untouched"),
    "twice": Feed(("--calls=2", "off:a "), b"x\ny\n", f"{hexed(b'y')} "),
    "no stdin": Feed(("--closed-stdin", "on:a "), b"", "code=19 replies=untouched"),
    "no stderr": Feed(("--closed-stderr", "error:a"), b"", "code=19 replies=untouched"),
    "no stderr to prompt on": Feed(("--closed-stderr", "on:a"), b"x\n", f"{hexed(b'x')} "),
    "too late": Feed(("--die=-1", "off:a "), b"x\n", "code=19 replies=untouched died=1"),
    "warned": Feed(("--warn=-1", "off:a "), b"x\n", f"{hexed(b'x')} died=0 warns=0"),
    "in time": Feed(("--warn=9", "--die=99", "off:a "), b"x\n", f"{hexed(b'x')} died=0 warns=1"),
    "nobody for binaries": Feed(("binary:0000000701abcd",), b"", "code=19 replies=untouched"),
    "a binary": Feed(
        ("--binary=capitals", "binary:00000007016162", "off:a "),
        b"x\n",
        "0.00000007034142 0.78 ",
    ),
    "a binary without data": Feed(
        ("--binary=capitals", "binary:0000000501"), b"", hexed(b"\0\0\0\5\3")
    ),
    "a failed binary": Feed(
        ("--binary=failure", "binary:00000007016162"), b"", "code=19 replies=untouched"
    ),
    "a binary answered with nothing": Feed(
        ("--binary=nothing", "binary:00000007016162"), b"", "code=19 replies=untouched"
    ),
    "a missing binary": Feed(("--binary=capitals", "null-binary:"), b"", "code=19"),
}


@pytest.mark.parametrize("name", FEEDS)
def test_pipes_see_what_they_see_from_the_stock_library(built: Built, name: str) -> None:
    feed = FEEDS[name]

    stock = piped(built.driver, None, feed.words, feed.typed)
    ours = piped(built.driver, built.directory, feed.words, feed.typed)

    assert (stock, feed.expected in ours.report) == (ours, True)


MESSAGES = st.lists(
    st.builds(
        "{}:{}".format,
        st.sampled_from(["off", "on", "info", "error", "style-5", "style-0"]),
        st.text("ab %\n", max_size=6),
    ),
    min_size=1,
    max_size=5,
)
LINES = st.lists(st.sampled_from([b"a", b"\n", b"\n", b"\0", b"\xff", b"x" * 4090]), max_size=9)


@settings(max_examples=100)
@given(messages=MESSAGES, typed=LINES.map(b"".join))
def test_any_conversation_through_pipes_is_the_same(
    built: Built, messages: list[str], typed: bytes
) -> None:
    words = tuple(messages)

    stock = piped(built.driver, None, words, typed)
    ours = piped(built.driver, built.directory, words, typed)

    assert stock == ours


def test_half_a_line_is_forgotten_when_the_time_is_up(built: Built) -> None:
    def start(libraries: Path | None) -> Callable[[], Outcome]:
        report, write_end = os.pipe()
        process = subprocess.Popen(
            [built.driver, str(write_end), "--warn=2", "--die=4", "off:? "],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            pass_fds=(write_end,),
            env=companions.environment(libraries),
        )
        os.close(write_end)
        assert process.stdin is not None
        process.stdin.write(b"half")
        process.stdin.flush()

        def finish() -> Outcome:
            # Its input must stay open until it has given up by itself.
            with open(report, "rb") as stream:
                said = stream.read().decode()
            output, errors = process.communicate(timeout=PATIENCE)
            return Outcome(process.returncode, said, output, errors)

        return finish

    stock, ours = start(None), start(built.directory)
    of_stock, of_ours = stock(), ours()

    expected = b"? ...Time is running out...\n? ...Sorry, your time is up!\n"
    assert (of_stock, expected, True) == (of_ours, of_ours.errors, "code=19" in of_ours.report)


# --- where ours is better on purpose -------------------------------------------------------------


def test_a_raw_terminal_becomes_one_with_lines_for_a_shown_answer(built: Built) -> None:
    session = OnTerminal(built.driver, built.directory, ("--wait=CONTROL", "on:? "))
    master = session.master
    attributes = termios.tcgetattr(master)
    attributes[3] &= ~termios.ICANON
    termios.tcsetattr(master, termios.TCSANOW, attributes)

    outcome = session.finish(((b"", GO), (b"? ", b"abx\x7fc\n")))

    assert (hexed(b"abc") in outcome.report, "terminal=as-before" in outcome.report) == (True, True)


def test_the_programs_own_alarm_stays_where_it_was(built: Built) -> None:
    words = ("--alarm=500", "--die=300", "--report-alarm", "off:? ")

    report = piped(built.driver, built.directory, words, b"x\n").report

    left = int(report.rsplit("alarm-in=", 1)[1])
    assert ("code=19" in report, 490 < left <= 500) == (True, True)


def test_a_time_far_away_is_no_time_that_is_over(built: Built) -> None:
    outcome = piped(built.driver, built.directory, ("--die=3000000000", "off:? "), b"x\n")

    assert f"code=0 replies= {hexed(b'x')} died=0" in outcome.report


CRASHES_OF_STOCK = {
    "a prompt without text": (("null-off:",), f"code=0 replies= {hexed(b'x')} "),
    "a binary answer not wanted": (
        ("--binary=capitals", "binary:00000007016162", "style-5:"),
        "code=19 replies=untouched",
    ),
    "a binary answer freed by the program": (
        ("--binary=capitals", "--binary-free=own", "binary:00000007016162", "style-5:"),
        "frees=1",
    ),
    "a binary handler that leaves the prompt": (
        ("--binary=failure", "--binary-free=own", "binary:00000007016162"),
        "code=19 replies=untouched died=0 warns=0 dies=0 frees=1",
    ),
    "a binary shorter than its head": (
        ("--binary=capitals", "binary:0000000401"),
        "code=19 replies=untouched",
    ),
    "a binary without control": (
        ("--binary=capitals", "binary:0000000700abcd"),
        "code=19 replies=untouched",
    ),
}


@pytest.mark.parametrize("name", CRASHES_OF_STOCK)
def test_what_the_stock_library_stumbles_over_is_handled(built: Built, name: str) -> None:
    words, expected = CRASHES_OF_STOCK[name]

    outcome = piped(built.driver, built.directory, words, b"x\n")

    assert (0, expected in outcome.report) == (outcome.status, True)


# --- memory --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def memory(built: Built) -> Path:
    # Bound at once: the loader would save registers, which hold a secret, on the watched stack.
    return companions.build_program(
        "libpam_misc_memory.c", built.directory, built.library, "-pthread", "-Wl,-z,now"
    )


ECHO_OFF, ECHO_ON, RADIO, BINARY = "1", "2", "5", "7"
CONVERSATIONS = (
    (ECHO_OFF, ECHO_ON),
    (ECHO_OFF, ECHO_ON, RADIO),
    (ECHO_OFF, BINARY, RADIO),
    (BINARY, BINARY, ECHO_ON),
)
SECRETS = b"xSECRETx\0SECRET\nySECRETySECRET\n"


def left_in_memory(
    memory: Path, libraries: Path | None, failing: int, *styles: str
) -> dict[str, int]:
    done = subprocess.run(
        [memory, "SECRET", str(failing), *styles],
        input=SECRETS,
        capture_output=True,
        env=companions.environment(libraries),
        check=True,
    )
    return {name: int(n) for name, _, n in (x.partition("=") for x in done.stdout.decode().split())}


@pytest.mark.parametrize("styles", CONVERSATIONS)
def test_nothing_secret_stays_in_memory_whatever_allocation_fails(
    built: Built, memory: Path, styles: tuple[str, ...]
) -> None:
    succeeding = left_in_memory(memory, built.directory, 0, *styles)
    failing = [
        left_in_memory(memory, built.directory, number, *styles)
        for number in range(1, succeeding["allocations"] + 1)
    ]

    left = [(run["dirty"], run["stack"], run["kept"]) for run in (succeeding, *failing)]
    assert [(0, 0, 0)] * len(left) == left
    assert [19] * len(failing) == [run["code"] for run in failing]


def test_the_search_of_memory_finds_what_the_stock_library_leaves(memory: Path) -> None:
    assert left_in_memory(memory, None, 0, ECHO_OFF)["stack"] > 0


@pytest.mark.parametrize("name", FEEDS)
def test_the_sanitizers_have_nothing_to_say(built: Built, sanitized: Path, name: str) -> None:
    feed = FEEDS[name]

    plain = piped(built.driver, built.directory, feed.words, feed.typed)

    assert plain == piped(sanitized, None, feed.words, feed.typed)


@pytest.mark.parametrize("name", CRASHES_OF_STOCK)
def test_the_sanitizers_have_nothing_to_say_of_oddities(sanitized: Path, name: str) -> None:
    words, expected = CRASHES_OF_STOCK[name]

    outcome = piped(sanitized, None, words, b"x\n")

    assert (0, expected in outcome.report) == (outcome.status, True)


@pytest.mark.needs("valgrind")
def test_valgrind_has_nothing_to_say(built: Built) -> None:
    words = (*CRASHES_OF_STOCK["a binary answer not wanted"][0], "off:a ", "on:b ")
    valgrind = ("valgrind", "-q", "--error-exitcode=9", "--leak-check=full")

    refused = piped(built.driver, built.directory, ("off:a ", *words), b"x\ny\n", *valgrind)
    given = piped(built.driver, built.directory, ("off:a ", "on:b "), b"x\ny\n", *valgrind)

    assert (refused.status, given.status, hexed(b"y") in given.report) == (0, 0, True)


# --- the environment -----------------------------------------------------------------------------


def test_environments_are_pasted_set_and_dropped_as_by_the_stock_library(
    built: Built, tmp_path: Path
) -> None:
    program = companions.build_program("libpam_misc_environment.c", built.directory, built.library)
    sane = companions.build_sanitized("libpam_misc_environment.c", built.directory, LIBPAM_MISC)
    (tmp_path / "driver").write_text("auth required pam_permit.so\n")

    def said(command: Path, libraries: Path | None, *more: str) -> str:
        return subprocess.run(
            [command, tmp_path, *more],
            env=companions.environment(libraries),
            capture_output=True,
            text=True,
            check=True,
        ).stdout

    stock, ours = said(program, None, "abuse"), said(program, built.directory, "abuse")

    assert (stock, True) == (ours, "set readonly=6\n" in stock)
    assert said(program, None) == said(sane, None)


# --- the ABI -------------------------------------------------------------------------------------

SYMBOLS = {
    "misc_conv": ("FUNC", 0),
    "pam_misc_paste_env": ("FUNC", 0),
    "pam_misc_drop_env": ("FUNC", 0),
    "pam_misc_setenv": ("FUNC", 0),
    "pam_misc_conv_warn_time": ("OBJECT", 8),
    "pam_misc_conv_die_time": ("OBJECT", 8),
    "pam_misc_conv_warn_line": ("OBJECT", 8),
    "pam_misc_conv_die_line": ("OBJECT", 8),
    "pam_misc_conv_died": ("OBJECT", 4),
    "pam_binary_handler_fn": ("OBJECT", 8),
    "pam_binary_handler_free": ("OBJECT", 8),
}


def exported(library: Path) -> dict[str, tuple[str, int]]:
    """Versioned names with their types; the sizes of data, since only they are ABI."""
    found = {}
    for line in companions.read_elf("--dyn-syms", library).splitlines():
        fields = line.split()
        if len(fields) == 8 and fields[6] not in ("UND", "ABS") and fields[0] != "Num:":
            size = int(fields[2]) if fields[3] == "OBJECT" else 0
            found[fields[7]] = (fields[3], size)
    return found


def test_the_names_are_eleven_in_their_node_with_the_sizes_programs_copy(built: Built) -> None:
    expected = {f"{name}@@LIBPAM_MISC_1.0": row for name, row in SYMBOLS.items()}

    assert expected == exported(built.library)


def test_the_library_asks_libpam_for_two_names_and_is_closed_otherwise(built: Built) -> None:
    dynamic = companions.read_elf("-d", built.library)
    needed = [line.split("[")[1][:-1] for line in dynamic.splitlines() if "(NEEDED)" in line]
    names = companions.read_elf("--dyn-syms", built.library).split()
    wanted = {name for name in names if "@LIBPAM_" in name and "@@" not in name}
    segments = companions.read_elf("-l", built.library)
    stack = next(line for line in segments.splitlines() if "GNU_STACK" in line)

    assert (
        ["libpam.so.0", "libc.so.6"],
        {"pam_putenv@LIBPAM_1.0", "pam_getenv@LIBPAM_1.0"},
        (True, True, True, False),
    ) == (
        needed,
        wanted,
        (
            "[libpam_misc.so.0]" in dynamic,
            "BIND_NOW" in dynamic,
            "GNU_RELRO" in segments,
            "RWE" in stack,
        ),
    )


@pytest.mark.parametrize("flags", [("-fno-pie", "-no-pie"), ("-fPIC", "-pie")])
def test_library_and_program_mean_the_same_data_however_it_is_linked(
    built: Built, flags: tuple[str, ...]
) -> None:
    name = "driver" + "".join(flags)
    driver = companions.build_program(
        "libpam_misc_driver.c", built.directory, built.library, *flags, name=name
    )
    words = ("--die=-1", "--die-line=<over>", "off:? ")

    outcomes = [piped(driver, libraries, words, b"") for libraries in (None, built.directory)]

    assert [outcome.errors for outcome in outcomes] == [b"<over>"] * 2
    assert [outcome.report.split()[2] for outcome in outcomes] == ["died=1"] * 2


# --- can the comparison fail? --------------------------------------------------------------------

MISTAKES = {
    "prompts on stdout": ("question.c", 'fprintf(stderr, "%s", prompt', 'printf("%s", prompt'),
    "an end is an error": ("question.c", "return length == 0;", "return false;"),
    "a longer buffer": ("question.c", "#define LINE_SIZE 4096", "#define LINE_SIZE 8192"),
    "late is in time": ("patience.c", "now >= pam_misc_conv_die_time", "0"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_library_with_a_mistake_is_told_from_the_stock_one(
    built: Built, tmp_path: Path, name: str
) -> None:
    file, right, wrong = MISTAKES[name]
    files = companions.sources(LIBPAM_MISC)
    mistaken = tmp_path / file
    text = (companions.C / LIBPAM_MISC / file).read_text()
    mistaken.write_text(text.replace(right, wrong))
    others = [path for path in files if path.name != file]
    companions.build_library(LIBPAM_MISC, tmp_path, files=[*others, mistaken])

    is_told = any(
        piped(built.driver, None, feed.words, feed.typed)
        != piped(built.driver, tmp_path, feed.words, feed.typed)
        for feed in FEEDS.values()
    )

    assert (text.count(right), is_told) == (1, True)
