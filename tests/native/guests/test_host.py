"""A Python program as the host of native modules: what they ask comes back to it, and no more."""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.native.built import built_libraries
from tests.native.guests.child import ROOT, run

pytestmark = pytest.mark.needs("cc", "python-archive")

_SUCCESS, _SYSTEM_ERR, _CONV_ERR, _INCOMPLETE = 0, 4, 19, 31


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A directory of policies; the module is built beside it, once for the run."""
    return tmp_path


def test_the_conversation_of_a_python_program_is_a_function_of_c(place: Path) -> None:
    result = run(
        """
with transaction("auth required GUEST asks", conversation=answering("sesame")) as t:
    RESULT = [code(t.authenticate), dict(t.env.items()), SAID]
""",
        place,
    )
    env = {"CODE": "0", "RESPONSES": "1", "ANSWER": "sesame"}
    assert result == [_SUCCESS, env, [[4, "listen"], [1, "say: "]]]


@pytest.mark.parametrize(
    ("conversation", "word"),
    [
        ("None", "asks"),
        ("lambda messages: []", "asks"),
        ("lambda messages: 1 / 0", "asks"),
        ("lambda messages: [None, 'half\\0token']", "asks"),
        ("answering('sesame')", "asks-oddly"),
    ],
)
def test_a_conversation_that_fails_is_conv_err_and_leaves_no_answers(
    place: Path, conversation: str, word: str
) -> None:
    result = run(
        f"""
with transaction("auth required GUEST {word}", conversation={conversation}) as t:
    RESULT = [code(t.authenticate), dict(t.env.items())]
""",
        place,
    )
    assert result == [_CONV_ERR, {"CODE": "19", "RESPONSES": "0"}]


def test_what_a_conversation_raised_reaches_the_program(place: Path) -> None:
    result = run(
        """
def conversation(messages):
    raise KeyError("gone")
with transaction("auth required GUEST asks", conversation=conversation) as t:
    try:
        t.authenticate()
    except pamkit.ConversationEnded as ended:
        RESULT = [int(ended.code), type(ended.__cause__).__name__]
""",
        place,
    )
    assert result == [_CONV_ERR, "KeyError"]


@pytest.mark.parametrize("word", ["asks", "waits", "asks-for-user", "asks-for-token"])
@pytest.mark.parametrize("interrupt", ["KeyboardInterrupt", "SystemExit"])
def test_an_interrupt_in_a_conversation_passes_the_module_and_goes_on(
    place: Path, word: str, interrupt: str
) -> None:
    result = run(
        f"""
def conversation(messages):
    raise {interrupt}
with transaction("auth required GUEST {word}", user=None, conversation=conversation) as t:
    try:
        t.authenticate()
    except {interrupt}:
        RESULT = ["interrupted", code(t.setcred)]
""",
        place,
    )
    assert result == ["interrupted", 6]


def test_who_was_interrupted_is_asked_nothing_more(place: Path) -> None:
    result = run(
        """
asked = []
def conversation(messages):
    asked.append(len(messages))
    raise KeyboardInterrupt
text = "password required pam_unix.so"
with transaction(text, "root", conversation=conversation, natives="native") as t:
    try:
        t.chauthtok()
    except KeyboardInterrupt:
        RESULT = len(asked)
""",
        place,
    )
    assert result == 1


def test_an_interrupt_that_comes_while_c_is_at_work_is_not_lost(place: Path) -> None:
    result = run(
        """
import signal
RESULT = 0
with transaction("auth required GUEST sleeps") as t:
    for _ in range(3):
        signal.setitimer(signal.ITIMER_REAL, 0.1)
        signal.signal(signal.SIGALRM, signal.default_int_handler)
        try:
            t.authenticate()
        except KeyboardInterrupt:
            RESULT += 1
""",
        place,
    )
    assert result == 3


def test_a_module_cannot_call_what_is_the_applications(place: Path) -> None:
    result = run(
        """
with transaction("auth required GUEST reenters") as t:
    RESULT = [code(t.authenticate), dict(t.env.items())]
""",
        place,
    )
    refused = {"AUTHENTICATE": "4", "SETCRED": "4", "END": "4"}
    assert result == [_SUCCESS, refused]


def test_data_is_cleaned_up_when_it_is_replaced_and_at_the_end(place: Path) -> None:
    file = place / "notes"
    result = run(
        f"""
t = transaction("auth required GUEST keeps {file}")
RESULT = code(t.authenticate)
t.end()
""",
        place,
    )
    assert result == _SUCCESS
    notes = file.read_text().splitlines()
    asked = ["user 0 1", "authenticate 4 4"]
    assert notes == [f"first {0x20000000} 0", *asked, "second 0 0", *asked]


def test_a_conversation_that_has_no_answer_yet_makes_the_module_wait(place: Path) -> None:
    result = run(
        """
ready = []
def conversation(messages):
    if not ready:
        raise pamkit.NotYet
    return ["now"]
RESULT = []
for word in ("waits", "asks-for-user"):
    ready.clear()
    user = None if word == "asks-for-user" else "alice"
    with transaction(f"auth required GUEST {word}", user, conversation=conversation) as t:
        try:
            t.authenticate()
        except pamkit.Incomplete:
            RESULT.append("incomplete")
        ready.append(True)
        RESULT.append(code(t.authenticate))
        RESULT.append(t.user)
""",
        place,
    )
    assert result == ["incomplete", _SUCCESS, "alice", "incomplete", _SUCCESS, "now"]


def test_a_conversation_that_a_module_sets_answers_everybody(place: Path) -> None:
    result = run(
        """
text = "auth required GUEST answers-itself\\nauth required pam_unix.so nodelay\\n"
text += "account required GUEST asks\\n"
with transaction(text, conversation=answering("here")) as t:
    code(t.authenticate)
    RESULT = [SAID[:]]
    RESULT.append(code(t.acct_mgmt))
    RESULT.append(t.env.get("ANSWER"))
    t.items["conv"] = answering("here again")
    RESULT += [code(t.acct_mgmt), t.env.get("ANSWER")]
""",
        place,
    )
    assert result == [[], _SUCCESS, "from c", _SUCCESS, "here again"]


def test_a_delay_function_of_a_module_is_told(place: Path) -> None:
    file = place / "notes"
    result = run(
        f"""
with transaction("auth required GUEST delays {file}") as t:
    RESULT = code(t.authenticate)
""",
        place,
        seconds=30,
    )
    assert result == 7
    assert file.read_text() == "delay 7 1\n"


def test_an_answer_that_is_no_code_is_refused(place: Path) -> None:
    result = run(
        """
RESULT = []
for word in ("32", "-1", "4096", "2147483647"):
    with transaction(f"auth required GUEST {word}") as t:
        RESULT.append(code(t.authenticate))
""",
        place,
    )
    assert 0 not in result
    assert len(result) == 4


def test_errno_survives_libpam(place: Path) -> None:
    result = run(
        """
with transaction("auth required GUEST keeps-errno") as t:
    RESULT = code(t.authenticate)
""",
        place,
    )
    assert result == _SUCCESS


def test_log_lines_of_a_module_reach_the_log_of_the_transaction(place: Path) -> None:
    result = run(
        """
with transaction("auth required GUEST logs") as t:
    RESULT = [code(t.authenticate), LINES]
""",
        place,
    )
    assert result == [
        _SUCCESS,
        ["pam_guest(guests:auth): it is odd: Inappropriate ioctl for device"],
    ]


def test_a_cookie_is_one_for_both_sides(place: Path) -> None:
    result = run(
        """
with transaction("auth required GUEST cookie") as t:
    t.items["xauthdata"] = ("MIT-MAGIC-COOKIE-1", b"12345")
    RESULT = [code(t.authenticate), t.env["LENGTH"]]
    name, data = t.items["xauthdata"]
    RESULT += [name, list(data), code(t.authenticate), t.env["LENGTH"]]
""",
        place,
    )
    assert result == [_SUCCESS, "5", "MIT1", [1, 0, 2], _SUCCESS, "3"]


@pytest.mark.parametrize("word", ["forks", "forks-in-thread"])
def test_a_child_that_a_module_forks_can_call_libpam_whatever_other_threads_do(
    place: Path, word: str
) -> None:
    result = run(
        f"""
import threading
stop = False
def busy():
    while not stop:
        sum(range(50))
threads = [threading.Thread(target=busy) for _ in range(3)]
for thread in threads: thread.start()
RESULT = set()
with transaction("auth required GUEST {word}") as t:
    for _ in range(40):
        RESULT.add(code(t.authenticate))
stop = True
for thread in threads: thread.join()
RESULT = sorted(RESULT)
""",
        place,
        seconds=120,
    )
    assert result == [_SUCCESS]


def test_forks_of_python_itself_go_on_as_before(place: Path) -> None:
    result = run(
        """
import subprocess
RESULT = []
with transaction("auth required GUEST asks", conversation=answering("a", "b")) as t:
    t.authenticate()
    RESULT.append(subprocess.run(["true"]).returncode)
    child = os.fork()
    if child == 0:
        os._exit(code(t.authenticate))
    RESULT.append(os.waitpid(child, 0)[1])
""",
        place,
    )
    assert result == [0, 0]


def test_a_module_may_start_a_transaction_of_its_own(place: Path) -> None:
    result = run(
        """
with transaction("auth required GUEST starts") as t:
    RESULT = [code(t.authenticate), sorted(t.env.items())]
""",
        place,
    )
    # Whatever the system's policy for an unknown service says, nobody is let in.
    assert result[0] == _SUCCESS
    assert ["INNER", "0"] not in result[1]


def test_two_threads_have_guests_at_once(place: Path) -> None:
    result = run(
        """
import threading
policy("auth required GUEST asks", "many")
RESULT = []
def login(name):
    for at in range(30):
        answer = f"{name}{at}"
        with pamkit.Transaction("many", name, confdir=os.environ["PLACE"],
                                conversation=lambda m: [None, answer]) as t:
            RESULT.append((code(t.authenticate), t.env.get("ANSWER") == answer, t.user == name))
threads = [threading.Thread(target=login, args=(n,)) for n in ("ann", "ben", "cat")]
for thread in threads: thread.start()
for thread in threads: thread.join()
RESULT = [len(RESULT), sorted(set(RESULT))]
""".replace('os.environ["PLACE"]', repr(str(place))),
        place,
        seconds=120,
    )
    assert result == [90, [[_SUCCESS, True, True]]]


def test_a_transaction_that_nobody_ends_leaves_nothing_of_pythons(place: Path) -> None:
    result = run(
        """
import gc
from pamkit.doors.door import DOORS
t = transaction("auth required GUEST 0")
t.authenticate()
RESULT = [len(DOORS)]
del t
gc.collect()
RESULT.append(len(DOORS))
""",
        place,
    )
    assert result == [1, 0]


def test_modules_are_closed_with_their_transaction(place: Path) -> None:
    result = run(
        """
def mapped():
    with open("/proc/self/maps") as maps:
        return any("pam_guest.so" in line for line in maps)
t = transaction("auth required GUEST 0")
t.authenticate()
RESULT = [mapped()]
t.end()
RESULT.append(mapped())
""",
        place,
    )
    assert result == [True, False]


def test_a_token_is_overwritten_when_the_call_is_over(place: Path) -> None:
    result = run(
        """
with transaction("auth required GUEST asks-for-token",
                 conversation=answering("sesame")) as t:
    RESULT = [code(t.authenticate), len(t._guests._door._tokens)]
""",
        place,
    )
    assert result == [_SUCCESS, 0]


# --- asyncio ---------------------------------------------------------------------------------


def test_guests_of_asyncio_ask_on_the_loop(place: Path) -> None:
    result = run(
        """
import asyncio, contextvars
who = contextvars.ContextVar("who")
policy("auth required GUEST asks", "many")
async def login(name):
    who.set(name)
    async def conversation(messages):
        await asyncio.sleep(0.01)
        return [None, who.get()]
    async with pamkit.aio.Transaction("many", name, confdir=PLACE,
                                      conversation=conversation) as t:
        await t.authenticate()
        return t.env["ANSWER"]
async def main():
    names = [f"user{n}" for n in range(60)]
    return await asyncio.gather(*map(login, names)) == names
RESULT = asyncio.run(main())
""".replace("PLACE", repr(str(place))),
        place,
        seconds=120,
    )
    assert result is True


def test_the_loop_runs_on_while_a_guest_is_at_work_and_a_cancellation_waits_for_it(
    place: Path,
) -> None:
    result = run(
        """
import asyncio, time
async def main():
    beats = 0
    async with transaction("auth required GUEST sleeps", kind=pamkit.aio.Transaction) as t:
        task = asyncio.ensure_future(t.authenticate())
        begun = time.monotonic()
        while not task.done():
            beats += 1
            await asyncio.sleep(0.01)
            if beats == 5:
                task.cancel()
                task.cancel()
        waited = time.monotonic() - begun
    return [beats > 10, task.cancelled(), waited >= 0.29]
RESULT = asyncio.run(main())
""",
        place,
    )
    assert result == [True, True, True]


def test_a_cancellation_ends_the_conversation_that_a_guest_waits_for(place: Path) -> None:
    result = run(
        """
import asyncio
async def main():
    asked = asyncio.Event()
    ended = []
    async def conversation(messages):
        asked.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(True)
    async with transaction("auth required GUEST asks", kind=pamkit.aio.Transaction,
                           conversation=conversation) as t:
        task = asyncio.ensure_future(t.authenticate())
        await asked.wait()
        task.cancel()
        try:
            await task
        except asyncio.CancelledError:
            pass
        return [ended, t.env.get("CODE")]
RESULT = asyncio.run(main())
""",
        place,
    )
    assert result == [[True], "19"]


def test_no_answer_yet_is_kept_by_asyncio_as_well(place: Path) -> None:
    result = run(
        """
import asyncio
ready = []
async def conversation(messages):
    if not ready:
        raise pamkit.NotYet
    return ["now"]
async def main():
    async with transaction("auth required GUEST waits", kind=pamkit.aio.Transaction,
                           conversation=conversation) as t:
        try:
            await t.authenticate()
        except pamkit.Incomplete:
            ready.append(True)
        await t.authenticate()
        return ready
RESULT = asyncio.run(main())
""",
        place,
    )
    assert result == [True]


# --- who is let in, and where ---------------------------------------------------------------


def test_a_twin_in_python_comes_first_unless_it_is_said_otherwise(place: Path) -> None:
    result = run(
        """
def loaded(natives):
    with transaction("auth required pam_permit.so", natives=natives) as t:
        t.authenticate()
        return t._guests is not None and t._guests._door is not None
RESULT = [loaded(n) for n in ("python-first", None, "python", "native", {"pam_permit": "native"},
                              {"*": "native", "pam_permit": "python"})]
try:
    transaction("", natives="nativ")
except ValueError as odd:
    RESULT.append(str(odd))
""",
        place,
    )
    assert result[:6] == [False, False, False, True, True, False]
    assert result[6].startswith("there is no mode `nativ` for `*`: ")


def test_no_guest_is_let_in_below_another_root_or_in_another_world(place: Path) -> None:
    result = run(
        f"""
from pamkit.stores.system import system_world
os.makedirs("{place}/root/etc/pam.d")
policy("auth required GUEST 0", "root/etc/pam.d/guests")
RESULT = []
elsewhere = {{"root": "{place}/root"}}
another = {{"world": system_world("/"), "confdir": "{place}/root/etc/pam.d"}}
for settings in (elsewhere, another):
    with pamkit.Transaction("guests", "alice", **settings) as t:
        RESULT += [code(t.authenticate), t.trace[0].steps[0].note]
""",
        place,
    )
    note = result[1]
    assert result == [28, note, 28, note]
    assert note.endswith("; native ones run for the system's own root and world only")


def test_another_libpam_in_the_process_is_told_from_ours(place: Path) -> None:
    if not any(Path("/").glob("lib/*/libpam.so.0")):
        pytest.skip("no libpam of the system")
    program = f"""
import sys
sys.path[:0] = [{str(ROOT / "src")!r}]
import ctypes
ctypes.CDLL("libpam.so.0")
from pamkit.guests import host
try:
    host.library({str(built_libraries() / "libpam.so.0")!r})
except host.NoHost as reason:
    print(reason)
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("another libpam is in this process, `/")


def test_without_libraries_the_module_is_unknown_and_the_note_says_what_to_do(
    tmp_path: Path,
) -> None:
    program = f"""
import sys
sys.path[:0] = [{str(ROOT / "src")!r}]
import pathlib
from pamkit.native import place
place.SHIPPED = place.SYSTEM_BUILD = pathlib.Path({str(tmp_path)!r})
import pamkit
pathlib.Path({str(tmp_path / "x.so")!r}).touch()
pathlib.Path({str(tmp_path / "app")!r}).write_text("auth required {tmp_path / "x.so"}")
with pamkit.Transaction("app", "alice", confdir={str(tmp_path)!r}) as t:
    try:
        t.authenticate()
    except pamkit.PamError as refused:
        print(int(refused.code), t.trace[0].steps[0].note)
"""
    environment = dict(os.environ, XDG_CACHE_HOME=str(tmp_path))
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        env=environment,
    )
    assert done.stdout.startswith(f"28 there is no module `{tmp_path / 'x.so'}` in Python; ")
    assert "run `pamkit native build`" in done.stdout


def test_importing_pamkit_and_a_login_without_guests_bring_no_ctypes(tmp_path: Path) -> None:
    (tmp_path / "app").write_text("auth required pam_permit.so")
    program = f"""
import sys
sys.path[:0] = [{str(ROOT / "src")!r}]
import pamkit
with pamkit.Transaction("app", "alice", confdir={str(tmp_path)!r}) as t:
    t.authenticate()
assert not [n for n in sys.modules if n == "ctypes" or n.startswith("pamkit.native")]
assert "pamkit.guests.host" not in sys.modules
"""
    subprocess.run([sys.executable, "-I", "-c", program], check=True)


def test_the_words_of_a_call_are_as_wide_as_a_pointer() -> None:
    from pamkit.stores.c_memory import WORD

    assert ctypes.sizeof(ctypes.c_size_t) == ctypes.sizeof(ctypes.c_void_p) == WORD
