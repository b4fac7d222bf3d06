"""What is left of a password in the memory of a program that logged in: nothing.

`secrets.c` makes passwords up, logs in, and searches its whole memory for eight bytes of one in a
row: when the login is over, and when the handle is gone.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from pamkit.native.build import Plan, build
from pamkit.native.recipe import CORE, C, libraries
from pamkit.native.toolchain import find_compiler, find_python
from tests.native.built import built_libraries

pytestmark = pytest.mark.needs(
    "cc", "root", "mount-namespace", "libpam-headers", "libcrypt", "python-archive"
)

HERE = Path(__file__).resolve().parent

POLICIES = {
    "unix": "auth required pam_unix.so nodelay\npassword required pam_unix.so\n",
    "native": "auth required {module}\npassword required {module}\n",
    "denied": "auth required {module} deny\npassword required {module} deny\n",
    "leaky": "auth required {module} leak\n",
    "both": "auth required {module}\nauth required pam_unix.so nodelay use_first_pass\n"
    "password required {module}\npassword required pam_unix.so use_authtok\n",
}

# An /etc of its own, with an account that is only there.
ENTER = r"""
set -e
mount -t tmpfs -o mode=755 secrets /mnt
cp -a /etc /mnt/etc
mount --bind /mnt/etc /etc
echo "pamkit-secrets:x:61235:61235::/:/bin/sh" >>/etc/passwd
exec "$@"
"""

OK, PERM_DENIED, AUTH_ERR, CONV_ERR, AUTHTOK_ERR, TRY_AGAIN = 0, 6, 7, 19, 20, 24


class Desk:
    """The program, the module, and the policies."""

    def __init__(self, place: Path) -> None:
        self.place = place
        module = self._compiled("secrets_module", "secrets_module.so", "-shared", "-fPIC")
        # Bound at once: the loader keeps the registers on the stack while it looks a symbol up,
        # and a program that is bound lazily finds parts of what it copied itself.
        self.program = self._compiled("secrets", "secrets", "-lcrypt")
        for service, text in POLICIES.items():
            (place / service).write_text(text.format(module=module))

    def _compiled(self, name: str, made: str, *words: str) -> Path:
        target = self.place / made
        flags = ("-std=gnu11", "-D_GNU_SOURCE", "-O2", "-pthread", "-Wall", "-Wextra", "-Werror")
        source = str(HERE / f"{name}.c")
        command = ["cc", *flags, source, "-o", str(target), "-Wl,-z,now", "-l:libpam.so.0", *words]
        subprocess.run(command, check=True)
        return target

    def left(
        self, service: str, *words: str, length: int = 40, scheme: str = "$y$", library: Path
    ) -> tuple[int, list[str]]:
        """Return the code of a login, and where something was found: when, place, length."""
        command = [str(self.program), service, str(self.place), "/etc/shadow", str(length), scheme]
        enter = ["unshare", "--mount", "--propagation", "private", "sh", "-c", ENTER, "sh"]
        with_library = ["env", f"LD_LIBRARY_PATH={library}"]
        done = subprocess.run(
            [*enter, *with_library, *command, *words], capture_output=True, text=True, check=True
        )
        first, *found, last = done.stdout.splitlines()
        assert int(last.removeprefix("searched ")) > 1 << 22, "hardly any memory was searched"
        return int(first.removeprefix("code ")), found


@pytest.fixture(scope="module")
def desk() -> Iterator[Desk]:
    # Not in pytest's own directory, which nobody else may enter: one login is an ordinary user's.
    with tempfile.TemporaryDirectory(prefix="secrets-") as place:
        Path(place).chmod(0o755)
        yield Desk(Path(place))


@pytest.mark.parametrize(
    ("code", "service", "words", "length"),
    [
        (OK, "unix", "", 12),
        (OK, "unix", "", 40),
        (OK, "unix", "", 200),
        (AUTH_ERR, "unix", "wrong", 200),
        (AUTH_ERR, "unix", "", 1000),  # too long to be hashed
        (OK, "unix", "helper", 200),
        (AUTH_ERR, "unix", "helper wrong", 200),
        (AUTHTOK_ERR, "unix", "refused", 200),
        (OK, "unix", "thread", 450),
        (OK, "native", "", 200),
        (AUTH_ERR, "denied", "", 200),
        (AUTHTOK_ERR, "native", "refused", 200),
        (OK, "both", "", 200),
        (OK, "unix", "change", 200),
        (OK, "native", "change", 200),
        (AUTH_ERR, "denied", "change", 200),
        (OK, "both", "change thread", 200),
        (TRY_AGAIN, "unix", "change mismatch", 200),
        (TRY_AGAIN, "both", "change mismatch", 200),
    ],
)
def test_nothing_of_a_password_is_left_in_memory(
    desk: Desk, code: int, service: str, words: str, length: int
) -> None:
    found = desk.left(service, *words.split(), length=length, library=built_libraries())

    assert (code, []) == found


@pytest.mark.parametrize("scheme", ["$6$", "$1$"])
def test_other_hashes_leave_nothing_either(desk: Desk, scheme: str) -> None:
    found = desk.left("unix", length=100, scheme=scheme, library=built_libraries())

    assert found == (OK, [])


def test_the_systems_library_leaves_nothing_of_the_usual_login(desk: Desk) -> None:
    assert desk.left("unix", library=Path("/nonexistent")) == (OK, [])


def test_the_search_finds_a_copy_that_was_left_on_purpose(desk: Desk) -> None:
    _, found = desk.left("unix", "plant", library=built_libraries())

    assert [_place(line) for line in found] == [("after", "[heap]", 8), ("ended", "[heap]", 8)]


def test_the_search_finds_what_a_module_keeps(desk: Desk) -> None:
    _, found = desk.left("leaky", library=built_libraries())

    assert [_place(line) for line in found] == [("after", "[heap]", 40), ("ended", "[heap]", 40)]


def test_the_search_finds_bytes_of_python_that_are_not_overwritten(
    desk: Desk, tmp_path: Path
) -> None:
    sources = tmp_path / "c"
    shutil.copytree(C, sources)
    wiping = sources / "core" / "wiping.c"
    text = wiping.read_text()
    wiping.write_text(text.replace("PyBytes_Type.tp_dealloc = wipe_bytes;", "(void)wipe_bytes;"))
    assert text != wiping.read_text()
    plan = Plan(
        rows=libraries(("libpam.so.0", CORE)),
        compiler=find_compiler(os.environ),
        python=find_python(None, shared=False),
        sources=sources,
    )
    build(plan, tmp_path / "built")

    _, found = desk.left("native", "change", length=200, library=tmp_path / "built")

    assert ("ended", "anonymous", 200) in [_place(line) for line in found]


def _place(line: str) -> tuple[str, str, int]:
    when, place, length = line.split()
    return when, place.partition("+")[0], int(length)
