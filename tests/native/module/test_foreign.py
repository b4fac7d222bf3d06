"""Modules in Python under the system's libpam, and under ours: `pam_pamkit.so /path/module.py`."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from pamkit.native.core_path import with_core_path
from pamkit.native.python_module import make_module
from tests.native.built import built_libraries
from tests.native.module.transact import OURS, THEIRS, Place, module, place

__all__ = ["place"]

pytestmark = [pytest.mark.needs("libpam", "cc", "python-archive", "root")]

BOTH = pytest.mark.parametrize("libpam", [THEIRS, OURS])

OLD = """
def pam_sm_authenticate(pamh, flags, argv):
    user = pamh.get_user("name: ")
    pamh.conversation([pamh.Message(pamh.PAM_TEXT_INFO, "%s %s" % (user, argv[1:]))])
    reply = pamh.conversation(pamh.Message(pamh.PAM_PROMPT_ECHO_OFF, "code: "))
    pamh.authtok = reply.resp
    pamh.env["WHO"] = user
    if pamh.env["WHO"] != "alice" or pamh.rhost != "there" or pamh.tty is not None:
        return pamh.PAM_SYSTEM_ERR
    return pamh.PAM_SUCCESS if pamh.authtok == "right" else pamh.PAM_AUTH_ERR

def pam_sm_setcred(pamh, flags, argv):
    return pamh.PAM_SUCCESS if flags == pamh.PAM_ESTABLISH_CRED else pamh.PAM_CRED_ERR

def pam_sm_acct_mgmt(pamh, flags, argv):
    pamh.user = None
    try:
        pamh.get_user()
    except pamh.exception as refused:
        return refused.pam_result
"""

HEAD = """
from __future__ import annotations
from pamkit.module.call import ModuleCall
from pamkit.module.declaration import declare
from pamkit.module.options import Options, flag
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive
from pamkit.vocab.item import Item
from pamkit.vocab.message import Style
"""

NEW = (
    HEAD
    + """
class Mine(Options):
    strict: bool = flag("refuse everybody")

MODULE = declare(
    "pam_mine",
    options=Mine,
    answers={
        Primitive.AUTHENTICATE: "success auth_err",
        Primitive.OPEN_SESSION: "success",
        Primitive.CHAUTHTOK: "success",
    },
    examples=[],
)

async def pam_sm_authenticate(call: ModuleCall[Mine]) -> int:
    name = await call.user("name: ")
    await call.say(Style.TEXT_INFO, f"{name} {list(call.args)} {call.item(Item.RHOST)}")
    token = await call.authtok(Item.AUTHTOK)
    call.putenv(f"WHO={name}")
    if call.environment() != {"WHO": "alice"} or call.getenv("WHO") != "alice":
        return ReturnCode.SYSTEM_ERR
    call.set_item(Item.TTY, "tty7")
    call.fail_delay(0)
    right = token.matches(b"right") and call.token(Item.AUTHTOK) == token
    return ReturnCode.SUCCESS if right and not call.options.strict else ReturnCode.AUTH_ERR

async def pam_sm_chauthtok(call: ModuleCall[Mine]) -> int:
    if call.preliminary:
        await call.authtok(Item.OLDAUTHTOK)
    else:
        await call.authtok_once()
        await call.authtok_again()
    return ReturnCode.SUCCESS

async def pam_sm_open_session(call: ModuleCall[Mine]) -> int:
    call.set_data("mine", 1, lambda value, status: note(f"{value} {status:x}"))
    call.set_data("mine", 2, lambda value, status: note(f"{value} {status:x}"))
    finished = await call.run(("/bin/echo", "ran"))
    await call.wait(0.001)
    note(f"{call.data('mine')} {finished.output.decode().strip()} {call.item(Item.TTY)}")
    return ReturnCode.SUCCESS

def note(text: str) -> None:
    with open(PLACE + "/notes", "a") as file:
        file.write(text + "\\n")
"""
)


@BOTH
def test_a_module_for_pam_python_decides(libpam: str, place: Place) -> None:
    place.policy(f"{module()} {place.file(OLD)} a b")
    talk = ["say 4 alice ['a', 'b']", "say 1 code: "]
    operations = ("rhost=there", "auth", "cred", "acct")
    right = place.play(libpam, *operations, answers="right")
    assert right == [*talk, "auth 0", "cred 0", "say 2 login:", "acct 19", "env WHO=alice", "end 0"]
    wrong = place.play(libpam, "rhost=there", "auth", answers="wrong")
    assert wrong == [*talk, "auth 7", "env WHO=alice", "end 0"]


@BOTH
def test_a_module_of_ours_decides(libpam: str, place: Place) -> None:
    place.policy(f"{module()} {place.file(f'{NEW}PLACE = {str(place.path)!r}')}")
    talk = ["say 2 name: ", "say 4 alice [] there", "say 1 Password: "]
    for answer, code in (("right", 0), ("wrong", 7)):
        lines = place.play(libpam, "rhost=there", "auth", answers=f"alice|{answer}", user="-")
        assert lines == [*talk, f"auth {code}", "env WHO=alice", "end 0"]
    place.policy(f"{module()} {place.path}/pam_mine.py strict")
    assert "auth 7" in place.play(libpam, "auth", answers="right")


@BOTH
def test_data_is_cleaned_up_programs_run_and_a_new_password_is_asked_for_twice(
    libpam: str, place: Place
) -> None:
    place.policy(f"{module()} {place.file(f'{NEW}PLACE = {str(place.path)!r}')}")
    lines = place.play(libpam, "auth", "open", answers="right")
    assert lines[-4:] == ["auth 0", "open 0", "env WHO=alice", "end 0"]
    assert (place.path / "notes").read_text() == "1 20000000\n2 ran tty7\n2 0\n"
    lines = place.play(libpam, "chauthtok", answers="old|new|other")
    assert lines == [
        *("say 1 Current password: ", "say 1 New password: ", "say 1 Retype new password: "),
        *("say 3 Sorry, passwords do not match.", "chauthtok 24", "end 0"),
    ]
    lines = place.play(libpam, "chauthtok", answers="old|new|new")
    assert lines[-2:] == ["chauthtok 0", "end 0"]


@BOTH
def test_an_old_module_is_one_for_a_transaction_and_is_told_of_its_end(
    libpam: str, place: Place
) -> None:
    text = f"""
count = 0
def pam_sm_authenticate(pamh, flags, argv):
    global count
    count += 1
    return pamh.PAM_SUCCESS
pam_sm_acct_mgmt = pam_sm_authenticate
def pam_sm_end(pamh):
    with open({str(place.path)!r} + "/notes", "a") as file:
        file.write("%s %d\\n" % (pamh.user, count))
"""
    place.policy(f"{module()} {place.file(text)}")
    for _ in range(2):
        assert place.play(libpam, "auth", "auth", "acct") == ["auth 0", "auth 0", "acct 0", "end 0"]
    assert (place.path / "notes").read_text() == "alice 3\n" * 2


# What a hook does, and is no yes.
NO_ANSWERS = {
    "raises": "raise ValueError('secret')",
    "False": "return False",
    "True": "return True",
    "None": "return None",
    "a text": "return '0'",
    "a float": "return 0.0",
    "too large": "return 1 << 32",
    "too small": "return -(1 << 32)",
    "an enumeration": "import enum; return enum.IntEnum('E', {'A': 0}).A",
    "Stop with success": "from pamkit.module.call import Stop; raise Stop(0)",
    "an endless recursion": "return pam_sm_authenticate(*a)",
    "exit": "import sys; sys.exit(0)",
    "interrupt": "raise KeyboardInterrupt",
}


@BOTH
@pytest.mark.parametrize("what", NO_ANSWERS)
def test_nothing_but_a_code_grants(libpam: str, what: str, place: Place) -> None:
    declared = (
        "MODULE = declare('pam_mine', answers={Primitive.AUTHENTICATE: 'success'}, examples=[])"
    )
    new = f"{HEAD}\n{declared}\nasync def pam_sm_authenticate(*a):\n    {NO_ANSWERS[what]}\n"
    old = f"def pam_sm_authenticate(*a):\n    {NO_ANSWERS[what]}\n"
    good = "def pam_sm_authenticate(*a):\n    return 0\n"
    found = {}
    for name, text in {"new": new, "old": old, "good": good}.items():
        place.policy(f"{module()} {place.file(text, f'{name}.py')}")
        found[name] = place.play(libpam, "auth")
    assert found == {
        "new": ["auth 3", "end 0"],
        "old": ["auth 3", "end 0"],
        "good": ["auth 0", "end 0"],
    }


YES = "def pam_sm_authenticate(pamh, flags, argv):\n    return 0\n"


def _chain(place: Place) -> None:
    """Modules that import one another for ever."""
    place.file(
        "import sys, types\n"
        "class Finder:\n"
        "    def find_spec(self, name, path, target=None):\n"
        "        import importlib.machinery\n"
        "        return importlib.machinery.ModuleSpec(name, self)\n"
        "    def create_module(self, spec):\n"
        "        return None\n"
        "    def exec_module(self, module):\n"
        "        __import__(module.__name__ + 'x')\n"
        "sys.meta_path.append(Finder())\n"
        "import chain\n" + YES
    )


UNFIT: dict[str, Callable[[Place], object]] = {
    "all can write it": lambda p: p.file(YES).chmod(0o666),
    "a group can write it": lambda p: p.file(YES).chmod(0o664),
    "another's": lambda p: os.chown(p.file(YES), 65534, 65534),
    "in a directory that all can write": lambda p: p.file(YES).parent.chmod(0o777),
    "in another's directory": lambda p: os.chown(p.file(YES).parent, 65534, 65534),
    "a link": lambda p: (p.path / "pam_mine.py").symlink_to(p.file(YES, "real.py")),
    "missing": lambda _: None,
    "a directory": lambda p: (p.path / "pam_mine.py").mkdir(),
    "a fifo": lambda p: os.mkfifo(p.path / "pam_mine.py", 0o600),
    "no Python": lambda p: p.file("this is no Python\n" + YES),
    "a NUL": lambda p: p.file(YES + "\0"),
    "raises": lambda p: p.file(YES + "raise ValueError"),
    "exits": lambda p: p.file(YES + "import sys; sys.exit(0)"),
    "asserts": lambda p: p.file(YES + "assert False"),
    "without a hook": lambda p: p.file("x = 1\n"),
    "imports what is not there": lambda p: p.file(YES + "import no_such_module"),
    "imports an extension": lambda p: p.file(YES + "import ctypes"),
    "imports for ever": _chain,
    "of another shape than declared": lambda p: p.file(
        HEAD + "MODULE = declare('pam_mine', answers={Primitive.SETCRED: 'success'}, examples=[])\n"
        "def pam_sm_authenticate(call):\n    return 0\n"
    ),
}


@BOTH
@pytest.mark.parametrize("what", UNFIT)
def test_a_file_that_is_unfit_is_an_unknown_module(libpam: str, what: str, place: Place) -> None:
    UNFIT[what](place)
    place.policy(f"{module()} {place.path}/pam_mine.py")
    before = place.play(libpam, "auth")
    place.path.chmod(0o755)
    os.chown(place.path, 0, 0)
    subprocess.run(["rm", "-rf", place.path / "pam_mine.py"], check=True)
    place.file(YES)
    after = place.play(libpam, "auth")
    assert (before, after) == (["auth 28", "end 0"], ["auth 0", "end 0"])


@BOTH
@pytest.mark.parametrize("words", ["", "pam_mine.py", "./pam_mine.py", "../pam_mine.py"])
def test_a_file_is_named_by_its_place_alone(libpam: str, words: str, place: Place) -> None:
    place.file(YES)
    place.policy(f"{module()} {words}")
    inside = ("sh", "-c", f'cd {place.path} && exec "$@"', "sh")
    assert place.play(libpam, "auth", wrapper=inside) == ["auth 28", "end 0"]


@BOTH
def test_what_a_module_imports_is_as_closed_as_itself(libpam: str, place: Place) -> None:
    place.file("answer = 0\n", "beside.py")
    text = (
        f"import sys\nsys.path.insert(0, {str(place.path)!r})\nimport beside\n"
        "def pam_sm_authenticate(pamh, flags, argv):\n    return beside.answer\n"
    )
    place.policy(f"{module()} {place.file(text)}")
    trusted = place.play(libpam, "auth")
    (place.path / "beside.py").chmod(0o666)
    assert (trusted, place.play(libpam, "auth")) == (["auth 0", "end 0"], ["auth 28", "end 0"])
    # No bytecode was written, so none can be read that is not the file's.
    assert not [path for path in place.path.rglob("*") if path.suffix == ".pyc"]


@BOTH
def test_bytecode_that_others_can_write_is_not_read(libpam: str, place: Place) -> None:
    beside = place.file("answer = 7\n", "beside.py")
    subprocess.run(
        ["/usr/bin/python3", "-I", "-c", f"import py_compile; py_compile.compile({str(beside)!r})"],
        check=True,
    )
    (compiled,) = (place.path / "__pycache__").iterdir()
    # The same age and size, another content: as somebody would plant it.
    when = beside.stat()
    place.file("answer = 0\n", "beside.py")
    os.utime(beside, ns=(when.st_atime_ns, when.st_mtime_ns))
    text = (
        f"import sys\nsys.path.insert(0, {str(place.path)!r})\nimport beside\n"
        "def pam_sm_authenticate(pamh, flags, argv):\n    return beside.answer\n"
    )
    place.policy(f"{module()} {place.file(text)}")
    planted = place.play(libpam, "auth")
    compiled.chmod(0o666)
    ignored = place.play(libpam, "auth")
    assert (planted, ignored) == (["auth 7", "end 0"], ["auth 0", "end 0"])


LIBRARY = (
    "argparse ast asyncio base64 bisect calendar codecs collections configparser "
    "contextlib copy csv dataclasses datetime decimal difflib email.message enum "
    "fnmatch fractions functools glob hashlib heapq hmac html http.client inspect io "
    "ipaddress itertools json linecache locale logging math operator os pathlib "
    "pickle pprint pwd queue random re sched secrets selectors shlex shutil signal "
    "socket socketserver statistics string struct subprocess syslog tempfile "
    "textwrap threading time traceback types typing unicodedata urllib.request uuid "
    "warnings weakref"
)


@BOTH
def test_the_standard_library_is_there(libpam: str, place: Place) -> None:
    text = f"""
import {", ".join(LIBRARY.split())}
import pamkit.vocab.codes

def pam_sm_authenticate(pamh, flags, argv):
    assert os.environ == {{}} and os.getpid() == __import__("posix").getpid()
    assert re.sub("(b)", r"<\\\\1>", "abc") == "a<b>c" and json.loads('[1, "x"]') == [1, "x"]
    assert hashlib.sha256(b"abc").hexdigest().startswith("ba7816bf")
    assert base64.b64encode("ä".encode("latin-1")) == b"5A==" and "ä".encode("cp1252") == b"\\xe4"
    assert binascii_crc() == 0x352441C2
    assert datetime.datetime.strptime("2001-02-03", "%Y-%m-%d").year == 2001
    assert decimal.Decimal("0.1") * 3 == decimal.Decimal("0.3")
    one, two = socket.socketpair()
    one.send(b"x")
    assert two.recv(1) == b"x"
    assert subprocess.run(["/bin/echo", "out"], capture_output=True).stdout == b"out\\n"
    with tempfile.TemporaryFile("w+") as file:
        file.write("text")
    ran = []
    worker = threading.Thread(target=lambda: ran.append(1))
    worker.start()
    worker.join()
    assert ran and asyncio.run(later()) == 5
    print("nobody hears this")
    return pamh.PAM_SUCCESS

def binascii_crc():
    import binascii
    return binascii.crc32(b"abc")

async def later():
    await asyncio.sleep(0)
    return 5
"""
    place.policy(f"{module()} {place.file(text.replace(chr(92) * 2, chr(92)))}")
    assert place.play(libpam, "auth") == ["auth 0", "end 0"]


@BOTH
def test_a_hostile_environment_is_not_looked_at(libpam: str, place: Place, tmp_path: Path) -> None:
    for name in ("sitecustomize", "usercustomize", "json", "os", "encodings", "pamkit"):
        (tmp_path / f"{name}.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')\n")
    (tmp_path / "lib").symlink_to(tmp_path)
    place.policy(
        f"{module()} "
        + str(
            place.file(
                "import json, os, sys\n"
                "def pam_sm_authenticate(pamh, flags, argv):\n"
                "    clean = not os.environ and len(sys.path) == 1\n"
                "    return 0 if clean else 7\n"
            )
        )
    )
    environment = {
        "PYTHONPATH": str(tmp_path),
        "PYTHONHOME": str(tmp_path),
        "PYTHONSTARTUP": str(tmp_path / "os.py"),
        "PYTHONPYCACHEPREFIX": str(tmp_path),
        "PYTHONINSPECT": "1",
        "PYTHONWARNINGS": "error",
        "PYTHONOPTIMIZE": "2",
        "PATH": str(tmp_path),
        "HOME": str(tmp_path),
    }
    lines = place.play(libpam, "auth", environment=environment)
    assert (lines, (tmp_path / "ran").exists()) == (["auth 0", "end 0"], False)


@BOTH
def test_all_modules_share_one_core(libpam: str, place: Place) -> None:
    first = make_module("pam_permit", built_libraries(), place.path, python=None)
    second = make_module("mine", built_libraries(), place.path, python=place.file(YES))
    place.policy(
        "auth required " + str(first),
        "auth required " + str(second),
        f"auth required {module()} {place.path}/pam_mine.py",
    )
    assert place.play(libpam, "auth", "cores") == ["auth 0", "cores 1", "end 0"]


@BOTH
def test_threads_and_children_are_served(libpam: str, place: Place) -> None:
    text = (
        "import json, threading\n"
        "def pam_sm_authenticate(pamh, flags, argv):\n"
        "    reply = pamh.conversation(pamh.Message(pamh.PAM_PROMPT_ECHO_OFF, 'code: '))\n"
        "    return 0 if json.loads(reply.resp) == [1] else 7\n"
    )
    place.policy(f"{module()} {place.file(text)}")
    lines = place.play(libpam, "threads=8", "fork", "auth", answers="[1]")
    # What the child says dies with it.
    assert lines == ["threads 8 of 8", "child 0", "say 1 code: ", "auth 0", "end 0"]


@BOTH
def test_no_thread_sees_half_of_what_another_imports(libpam: str, place: Place) -> None:
    hurry = place.file(f"import sys\nsys.setswitchinterval(1e-6)\n{YES}", "hurry.py")
    others = [
        make_module(name, built_libraries(), place.path, python=None)
        for name in ("pam_succeed_if", "pam_faildelay", "pam_debug", "pam_nologin")
    ]
    lines = [f"{module()} {hurry}", f"{others[0]} user = root", *map(str, others[1:])]
    place.policy(*(f"auth required {line}" for line in lines))
    for _ in range(3):
        assert place.play(libpam, "threads=16", user="root") == ["threads 16 of 16", "end 0"]


@pytest.mark.parametrize("fault", ["no core", "no path", "another's core", "half a core"])
def test_without_a_core_a_hook_is_an_error(fault: str, place: Place) -> None:
    core = place.path / "pamkit-core.so"
    data = (built_libraries() / "pamkit-core.so").read_bytes()
    copy = place.path / "pam_pamkit.so"
    copy.write_bytes(with_core_path(module().read_bytes(), core))
    place.policy(f"{copy} {place.file(YES)}")
    core.write_bytes(data)
    with_core = place.play(THEIRS, "auth")
    if fault == "no core":
        core.unlink()
    elif fault == "no path":
        copy.write_bytes(copy.read_bytes().replace(os.fsencode(core), bytes(len(str(core)))))
    elif fault == "another's core":
        os.chown(core, 65534, 65534)
    else:
        core.write_bytes(data[: len(data) // 2])
    assert (with_core, place.play(THEIRS, "auth")) == (["auth 0", "end 0"], ["auth 3", "end 0"])


def test_jumping_and_missing_hooks_are_what_libpam_makes_of_them(place: Place) -> None:
    place.policy(f"{module()} {place.file(YES)}")
    both = [place.play(libpam, "auth", "cred", "acct", "open") for libpam in (THEIRS, OURS)]
    assert both == [["auth 0", "cred 28", "acct 28", "open 28", "end 0"]] * 2
