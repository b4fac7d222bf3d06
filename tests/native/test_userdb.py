"""pam_userdb in the core of our libpam.so.0, where there is no `sqlite3` but C of its own."""

import os
import subprocess
from pathlib import Path

import pytest

from pamkit.stores.hashing import LibCrypt
from pamkit.stores.randomness import KernelRandomness
from pamkit.stores.user_file import UserFile, create
from pamkit.vocab.secret import Secret
from tests.formats.database_files import berkeley, gdbm
from tests.native.built import built_libraries

pytestmark = pytest.mark.needs(
    "cc", "libpam-headers", "python-archive", "libcrypt", "sqlite3", "db_load", "gdbm"
)

_PROGRAM = r"""
#include <security/pam_appl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
static char **words;
static int converse(int count, const struct pam_message **messages, struct pam_response **answers,
                    void *data)
{
    (void)data;
    *answers = calloc((size_t)count, sizeof **answers);
    for (int at = 0; at < count; at++)
        if (messages[at]->msg_style < 3)
            (*answers)[at].resp = strdup(*words == NULL ? "" : *words++);
    return PAM_SUCCESS;
}
int main(int count, char **arguments)
{
    struct pam_conv conversation = {converse, NULL};
    pam_handle_t *handle = NULL;
    if (count < 5)
        return 99;
    words = arguments + 4;
    if (pam_start_confdir("app", arguments[2], &conversation, arguments[1], &handle) != 0)
        return 98;
    int code = arguments[3][0] == 'p' ? pam_chauthtok(handle, 0) : pam_authenticate(handle, 0);
    if (code == PAM_SUCCESS)
        code = pam_acct_mgmt(handle, 0);
    pam_end(handle, code);
    return code;
}
"""

_SUCCESS, _PERM_DENIED, _AUTH_ERR, _UNKNOWN, _EXPIRED = 0, 6, 7, 10, 13


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("userdb")
    (place / "p.c").write_text(_PROGRAM)
    words = ["cc", "-O1", "-Wall", "-Werror", "-o", "p", "p.c"]
    subprocess.run([*words, str(built_libraries() / "libpam.so.0")], check=True, cwd=place)
    return place / "p"


def _hash(password: str) -> Secret:
    libcrypt = LibCrypt(KernelRandomness())
    made = libcrypt.crypt(password.encode(), libcrypt.setting("sha512", 1000) or "")
    assert made is not None
    return Secret(made)


def _play(program: Path, place: Path, user: str, what: str, *words: str) -> int:
    line = f"required pam_userdb.so db={place}/users\n"
    (place / "app").write_text(
        "".join(f"{each} {line}" for each in ("auth", "account", "password"))
    )
    done = subprocess.run(
        [program, str(place), user, what, *words],
        check=False,
        env={"LD_LIBRARY_PATH": str(built_libraries()), "PATH": os.environ["PATH"]},
    )
    return done.returncode


def test_sqlite_files_are_read_and_changed(program: Path, tmp_path: Path) -> None:
    path = f"{tmp_path}/users.sqlite"
    create(path)
    with UserFile(path) as file:
        for name in ("alice", "locked", "over"):
            assert file.add(name, _hash("secret"), expires=7 if name == "over" else None)
        assert file.set_locked("locked", locked=True)
    expected = {
        ("alice", "auth", "secret"): _SUCCESS,
        ("alice", "auth", "wrong"): _AUTH_ERR,
        ("alice", "auth", ""): _AUTH_ERR,
        ("locked", "auth", "secret"): _PERM_DENIED,
        ("over", "auth", "secret"): _EXPIRED,
        ("nobody", "auth", "secret"): _UNKNOWN,
        ("alice", "passwd", "wrong", "new", "new"): _AUTH_ERR,
        ("alice", "passwd", "secret", "new", "new"): _SUCCESS,
        ("alice", "auth", "new"): _SUCCESS,
    }
    assert {case: _play(program, tmp_path, *case) for case in expected} == expected
    assert _play(program, tmp_path, "alice", "auth", "secret") == _AUTH_ERR


def test_other_databases_are_read(program: Path, tmp_path: Path) -> None:
    entries = {b"alice": b"secret"} | {b"user%d" % number: b"x" for number in range(100)}
    for make, suffix in ((gdbm, ""), (berkeley, ".db")):
        make(tmp_path / f"users{suffix}", entries)
        words = (("alice", "secret"), ("alice", "wrong"), ("nobody", "x"))
        found = [_play(program, tmp_path, user, "auth", word) for user, word in words]
        assert found == [_SUCCESS, _AUTH_ERR, _UNKNOWN], suffix
