"""pam_userdb on generated Berkeley DB files: the system's C module and ours."""

import os
import random
import subprocess
from pathlib import Path

import pytest

from pamkit.stores.system import system_outside
from pamkit.vocab.item import Item
from tests.oracle.stage import ACCOUNT, ASK, STAGE, Case, File, Seen, assert_same, play, stack

pytestmark = [STAGE, pytest.mark.needs("pam_userdb", "db_load")]

_CASES = 200 * int(os.environ.get("PAMKIT_ORACLE_CASES", "1"))

_PASSWORD = "S3cret-word"

_NEVER_LOGGED = {
    "password in database is [": "it shows the stored password, with `debug`",
    "computed hash: ": "it shows a hash, with `debug`",
    "Database dump:": "it begins a dump",
    "key[len=": "it shows an entry, with `dump`",
}
"""Lines of C that we never write, by how they begin."""

_ONLY_OURS = ("the database is not dumped", "option `", "`db=`: ")
"""Lines of ours: of the module for `dump`, of the engine for words that no module takes."""

_OF_THE_HASH = ("lengths of computed", "crypt() returned NULL")
"""What C says of hashing the blank password in `account`, where we hash nothing."""


def _database(entries: dict[str, str], directory: Path, *options: str, kind: str = "hash") -> bytes:
    """Return a file as db_load makes it."""
    path = directory / "made.db"
    path.unlink(missing_ok=True)
    lines = "".join(f"{_escaped(key)}\n{_escaped(value)}\n" for key, value in entries.items())
    words = ("db_load", "-T", "-t", kind, *options, str(path))
    subprocess.run(words, input=lines.encode(), check=True)
    return path.read_bytes()


def _escaped(text: str) -> str:
    data = text.encode("utf-8", "surrogateescape")
    return "".join(chr(b) if 32 < b < 127 and b != 92 else f"\\{b:02x}" for b in data)


def _hash(password: str, setting: str) -> str:
    made = system_outside().crypt(password.encode(), setting)
    assert made is not None
    return made


@pytest.fixture(scope="module")
def databases(tmp_path_factory: pytest.TempPathFactory) -> list[bytes]:
    """Files of each kind: passwords, hashes and keys; small and large pages; both byte orders."""
    directory = tmp_path_factory.mktemp("userdb")
    hashes = {
        "alice": _hash(_PASSWORD, "$6$rounds=1000$salt$"),
        "bob": _hash(_PASSWORD, "ab"),
        "carol": _hash(_PASSWORD, "$5$rounds=1000$salt$").swapcase(),
        "dave": "!" + _hash(_PASSWORD, "$5$rounds=1000$salt$"),
        "eve": "*",
        "frank": _hash(_PASSWORD, "$5$rounds=1000$salt$") + "x",
        "grace": _hash(_PASSWORD, "$5$rounds=1000$salt$") + "\n",
        "root": "x" * 13,
    }
    plain = {
        "alice": _PASSWORD,
        "bob": _PASSWORD.lower(),
        "carol": "geh\xe9im",
        "dave": _PASSWORD + " ",
        "eve": "x",
        "long": "p" * 6000,
        "-": "dash",
        "grace": _PASSWORD[:-1],
    }
    keys = {
        f"alice-{_PASSWORD}": "1",  # C: an empty value is sometimes not there
        "alice-other": "1",
        "bob-" + _PASSWORD.lower(): "1",
        "eve-x-y": "1",
        "-dash": "1",
    }
    many = {f"user{number}": f"word{number}" for number in range(300)} | plain
    shapes = (("-c", "db_lorder=4321"), ("-c", "db_pagesize=512"), ("-c", "chksum=1"), ())
    contents: tuple[dict[str, str], ...] = ({}, keys, hashes, plain, hashes | plain | keys, many)
    return [_database(content, directory, *shape) for content in contents for shape in shapes]


_OPTIONS = (
    "crypt=crypt", "crypt=none", "crypt=", "crypt=hash", "CRYPT=Cryptic", "icase", "ICASE", "dump",
    "key_only", "key_only", "unknown_ok", "use_first_pass", "try_first_pass", "debug", "DEBUG",
    "debug", "nonsense", "db=", "db=/etc/other",
)  # fmt: skip
_USERS = ("alice", "bob", "carol", "dave", "eve", "frank", "grace", "root", "long", "-", "user7")
_WORDS = (
    _PASSWORD, _PASSWORD, _PASSWORD.lower(), _PASSWORD.upper(), _PASSWORD + " ", _PASSWORD[:-1],
    "x", "other", "x-y", "geh\xe9im", "word7", "p" * 6000, "dash", "*", "x" * 13,
)  # fmt: skip


def _cases(databases: list[bytes]) -> dict[str, Case]:
    draw = random.Random(1307041)
    cases = {}
    for number in range(_CASES):
        words = [*draw.sample(_OPTIONS, draw.choice((0, 1, 1, 2, 3, 5)))]
        words.insert(draw.randrange(len(words) + 1), draw.choice(("db=", "DB=")) + "/etc/users")
        args = " ".join(words)
        hooks = draw.choice((ASK, ASK, ASK, ACCOUNT))
        if words[-1] in ("db=",) or words.index(next(w for w in words if "users" in w)) < (
            words.index("db=") if "db=" in words else -1
        ):
            hooks = ASK  # C crashes in `account` without a database
        facility = "account" if hooks is ACCOUNT else "auth"
        items = [(Item.AUTHTOK, draw.choice(_WORDS))] * draw.choice((0, 0, 1))
        user = draw.choice((*_USERS, *_USERS, "user299", "nobody-at-all", None))
        answers: list[str | None] = [] if user is not None else [draw.choice(_USERS)]
        answers += draw.choice(([draw.choice(_WORDS)],) * 12 + ([], [None]))
        policy = f"{facility} required pam_userdb.so {args}\n"
        if items and facility == "auth":
            policy = f"auth required pam_userdb.so db=/etc/first\n{policy}"
            answers.insert(0 if user is not None else 1, items[0][1])
        # C: up to 1.5 a look through the keys reads past the end of those that hold a name alone.
        fit = databases[:8] if "key_only" in words else databases
        cases[f"{number}"] = Case(
            policy,
            hooks,
            user=user,
            answers=answers,
            files=[
                ("/etc/users.db", draw.choice(fit)),
                ("/etc/other.db", draw.choice(fit)),
                ("/etc/first.db", databases[0]),
            ],
        )
    return cases


def _without_secrets(seen: Seen, case: Case) -> Seen:
    drop = (*_NEVER_LOGGED, *_ONLY_OURS)
    if case.calls is ACCOUNT:
        drop += _OF_THE_HASH
    log = tuple(
        (priority, line)
        for priority, line in seen.log
        if not line.partition("): ")[2].startswith(drop)
    )
    return seen._replace(log=log)


def _assert_same(cases: dict[str, Case]) -> None:
    odd = []
    for (name, case), (c, ours) in zip(cases.items(), play(list(cases.values())), strict=True):
        one, other = _without_secrets(c, case), _without_secrets(ours, case)
        if one != other:
            odd.append(
                f"{name} {case.policy} {case.user} {case.answers}\n C    {one}\n ours {other}"
            )
        assert not any(
            line.partition("): ")[2].startswith(tuple(_NEVER_LOGGED)) for _, line in ours.log
        )
    assert not odd, f"{len(odd)} of {len(cases)}:\n" + "\n".join(odd[:6])


def test_random_lines_databases_and_answers_are_answered_as_in_c(databases: list[bytes]) -> None:
    _assert_same(_cases(databases))


_SINGLE = {
    "missing": (None, _PASSWORD, ""),
    "a directory": (File(kind="directory"), _PASSWORD, ""),
    "a btree": ("btree", _PASSWORD, "the log says what it is"),
    "empty": (b"", _PASSWORD, "the log says that it is no database"),
    "words": (b"alice:word\n" * 100, _PASSWORD, "the log says that it is no database"),
    "cut short": ("cut", _PASSWORD, "the log says that it is damaged"),
    "another version": ("old", _PASSWORD, "the log says which version it is"),
    "a damaged bucket": ("damaged", _PASSWORD, "it is an error, where C finds nobody"),
    "a blank password": ("blank", "", "nobody gets in with it, where C lets in who has none"),
}


@pytest.mark.parametrize("hook", ["auth", "account"])
def test_databases_of_all_kinds_are_answered_as_in_c_but_for_what_has_a_name(
    hook: str, tmp_path: Path
) -> None:
    whole = _database({"alice": _PASSWORD}, tmp_path)
    old, damaged = bytearray(whole), bytearray(whole)
    old[16] = 6
    for page in range(4096, len(whole), 4096):
        # Where its first item lies: a little behind the page.  C looks there, and had it been far
        # behind, would crash where there is no memory.
        damaged[page + 26 : page + 28] = (4096 + 4).to_bytes(2, "little")
    made: dict[str, bytes] = {
        "btree": _database({"alice": _PASSWORD}, tmp_path, kind="btree"),
        "cut": whole[:-1000],
        "old": bytes(old),
        "damaged": bytes(damaged),
        # C: an empty value is sometimes not there; that of a key never is.
        "blank": _database({"alice-": "1"}, tmp_path),
    }
    cases, different = {}, {}
    for name, (content, word, reason) in _SINGLE.items():
        words = "key_only" if content == "blank" else ""
        cases[name] = Case(
            f"{hook} required pam_userdb.so db=/etc/users {words}\n",
            ASK if hook == "auth" else ACCOUNT,
            answers=[word],
            files=[("/etc/users.db", made[content] if isinstance(content, str) else content)],
        )
        if reason and (hook, content) != ("account", "blank"):
            different[name] = reason
    assert_same(cases, different=different)


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o644])
def test_who_may_not_read_a_database_is_told_so_as_in_c(mode: int, databases: list[bytes]) -> None:
    files = [("/etc/users.db", File(databases[12], mode=mode))]
    policy = stack("pam_userdb", "db=/etc/users")
    cases = {
        f"{calls[0][0]} as {uid}": Case(policy, calls, answers=[_PASSWORD], uid=uid, files=files)
        for uid in (0, 1000)
        for calls in (ASK, ACCOUNT)
    }
    assert_same(cases)


def test_setcred_succeeds_as_in_c() -> None:
    assert_same({"setcred": Case(stack("pam_userdb"), (("setcred", 0),))})
