import errno

import pytest

from pamkit.module.world import DatabaseUser, World
from pamkit.modules import pam_userdb
from pamkit.testing.databases import MemoryDatabases
from pamkit.testing.hashing import PlainHashing, plain_hash
from pamkit.testing.log import MemoryLog
from pamkit.testing.outside import StandInOutside
from pamkit.testing.policies import Trial
from pamkit.testing.script import Line, Script, error, hidden, visible
from pamkit.testing.world import memory_world
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.flags import Flag
from pamkit.vocab.item import Item
from pamkit.vocab.secret import Secret

_C = ReturnCode
_NOW = 1_700_000_000
_WORD = "Secret-word"


def _managed(*, locked: bool = False, expires: int | None = None) -> DatabaseUser:
    return DatabaseUser(plain_hash(_WORD), is_managed=True, is_locked=locked, expires=expires)


def _world(**databases: dict[str, DatabaseUser] | OSError) -> World:
    plain = {
        "alice": DatabaseUser(Secret(_WORD)),
        "blank": DatabaseUser(Secret("")),
        "short": DatabaseUser(Secret("twelve bytes")),
    }
    hashes = {
        "alice": DatabaseUser(plain_hash(_WORD)),
        "blank": DatabaseUser(plain_hash("")),
        "other": DatabaseUser(Secret(plain_hash(_WORD).expose().swapcase())),
        "short": DatabaseUser(Secret("$1$x")),
        "none": DatabaseUser(Secret("")),
        "starred": DatabaseUser(Secret("*************")),
    }
    keys = {f"alice-{_WORD}": DatabaseUser(Secret("1")), "blank-": DatabaseUser(Secret("1"))}
    keys["carol"] = DatabaseUser(Secret("1"))
    managed = {
        "alice": _managed(),
        "locked": _managed(locked=True),
        "over": _managed(expires=_NOW),
        "soon": _managed(expires=_NOW + 1),
    }
    known = {"plain": plain, "hashes": hashes, "keys": keys, "managed": managed, **databases}
    return memory_world(databases={f"/db/{name}": each for name, each in known.items()}, now=_NOW)


def _lines(world: World) -> list[str]:
    assert isinstance(world.log, MemoryLog)
    return [line.partition("): ")[2] for line in world.log.texts]


def _auth(
    words: str, *lines: Line, user: str | None = "alice", world: World | None = None
) -> ReturnCode:
    policy = f"auth [default=bad success=ok] pam_userdb.so {words}\n"
    with Script(*lines) as script:
        trial = Trial(policy, pam_userdb, world=world or _world(), user=user, conversation=script)
        return trial.authenticate()


def _account(words: str, user: str = "alice", world: World | None = None) -> ReturnCode:
    policy = f"account required pam_userdb.so {words}\n"
    return Trial(policy, pam_userdb, world=world or _world(), user=user).acct_mgmt()


@pytest.mark.parametrize(
    ("expected", "words", "user", "word"),
    [
        (_C.SUCCESS, "db=/db/plain", "alice", _WORD),
        (_C.SUCCESS, "db=/db/plain crypt=none", "alice", _WORD),
        (_C.AUTH_ERR, "db=/db/plain", "alice", _WORD.lower()),
        (_C.SUCCESS, "db=/db/plain icase", "alice", _WORD.lower()),
        (_C.AUTH_ERR, "db=/db/plain icase", "alice", _WORD + "x"),
        (_C.AUTH_ERR, "db=/db/plain crypt=crypt", "short", "twelve bytes"),
        (_C.USER_UNKNOWN, "db=/db/plain", "nobody", _WORD),
        (_C.USER_UNKNOWN, "db=/db/plain unknown_ok", "nobody", _WORD),
        (_C.SUCCESS, "db=/db/hashes crypt=crypt", "alice", _WORD),
        (_C.SUCCESS, "DB=/db/hashes CRYPT=CRYPT", "alice", _WORD),
        (_C.AUTH_ERR, "db=/db/hashes crypt=crypt", "alice", _WORD.lower()),
        (_C.AUTH_ERR, "db=/db/hashes crypt=crypt", "other", _WORD),
        (_C.AUTH_ERR, "db=/db/hashes crypt=crypt icase", "alice", _WORD),
        (_C.AUTH_ERR, "db=/db/hashes crypt=crypt", "short", "x"),
        (_C.AUTH_ERR, "db=/db/hashes crypt=crypt", "starred", "*************"),
        (_C.USER_UNKNOWN, "db=/db/hashes crypt=crypt", "nobody", _WORD),
        (_C.SUCCESS, "db=/db/keys key_only", "alice", _WORD),
        (_C.AUTH_ERR, "db=/db/keys key_only", "alice", _WORD.lower()),
        (_C.SUCCESS, "db=/db/keys key_only icase", "alice", _WORD.lower()),
        (_C.USER_UNKNOWN, "db=/db/keys key_only", "carol", _WORD),
        (_C.SUCCESS, "db=/db/managed", "alice", _WORD),
        (_C.SUCCESS, "db=/db/managed crypt=none", "alice", _WORD),
        (_C.AUTH_ERR, "db=/db/managed crypt=none", "alice", plain_hash(_WORD).expose().decode()),
        (_C.PERM_DENIED, "db=/db/managed", "locked", _WORD),
        (_C.AUTH_ERR, "db=/db/managed", "locked", "wrong"),
        (_C.SUCCESS, "db=/db/managed", "over", _WORD),
        (_C.USER_UNKNOWN, "db=/db/managed", "nobody", _WORD),
    ],
)
def test_a_password_is_held_against_the_database(
    expected: ReturnCode, words: str, user: str, word: str
) -> None:
    assert expected == _auth(words, hidden("Password: ", word), user=user)


class _Counted(PlainHashing):
    """Counts how often something is hashed: all that takes time is in that."""

    def __init__(self) -> None:
        self.times = 0

    def crypt(self, token: bytes, setting: str) -> str | None:
        self.times += 1
        return super().crypt(token, setting)


@pytest.mark.parametrize(
    ("expected", "words", "users", "word"),
    [
        (1, "db=/db/managed", ["alice", "locked", "nobody"], "wrong"),
        (0, "db=/db/managed", ["alice", "locked", "nobody"], ""),
        (1, "db=/db/hashes crypt=crypt", ["alice", "short", "none", "nobody"], "wrong"),
        (0, "db=/db/hashes crypt=crypt", ["alice", "short", "none", "nobody"], ""),
        (0, "db=/db/hashes crypt=crypt icase", ["alice", "short", "none", "nobody"], "wrong"),
        (0, "db=/db/plain", ["alice", "short", "nobody"], "wrong"),
    ],
)
def test_the_work_does_not_tell_who_is_in_the_database(
    expected: int, words: str, users: list[str], word: str
) -> None:
    times = []
    for user in users:
        hashing = _Counted()
        with Script(hidden("Password: ", word)) as script:
            trial = Trial(
                f"auth required pam_userdb.so {words}\n",
                pam_userdb,
                world=_world(),
                user=user,
                conversation=script,
                outside=StandInOutside(hashing),
            )
            assert trial.authenticate() != _C.SUCCESS
        times.append(hashing.times)
    assert times == [expected] * len(users)


@pytest.mark.parametrize(
    ("words", "user"),
    [
        ("db=/db/plain", "blank"),
        ("db=/db/plain icase", "blank"),
        ("db=/db/hashes crypt=crypt", "blank"),
        ("db=/db/hashes crypt=crypt", "none"),
        ("db=/db/hashes", "none"),
        ("db=/db/keys key_only", "blank"),
        ("db=/db/plain", "alice"),
    ],
)
def test_a_blank_password_is_nobodys(words: str, user: str) -> None:
    assert _auth(words, hidden("Password: ", ""), user=user) == _C.AUTH_ERR


@pytest.mark.parametrize(
    ("expected", "words", "user"),
    [
        (_C.SUCCESS, "db=/db/plain", "alice"),
        (_C.SUCCESS, "db=/db/plain", "blank"),
        (_C.USER_UNKNOWN, "db=/db/plain", "nobody"),
        (_C.SUCCESS, "db=/db/hashes crypt=crypt", "short"),
        (_C.SUCCESS, "db=/db/keys key_only", "alice"),
        (_C.USER_UNKNOWN, "db=/db/keys key_only", "carol"),
        (_C.SUCCESS, "db=/db/managed", "alice"),
        (_C.PERM_DENIED, "db=/db/managed", "locked"),
        (_C.ACCT_EXPIRED, "db=/db/managed", "over"),
        (_C.SUCCESS, "db=/db/managed", "soon"),
        (_C.SERVICE_ERR, "db=/db/none", "alice"),
        (_C.SERVICE_ERR, "", "alice"),
    ],
)
def test_accounts_are_those_that_the_database_knows(
    expected: ReturnCode, words: str, user: str
) -> None:
    assert _account(words, user) == expected


@pytest.mark.parametrize("hook", ["auth", "account"])
@pytest.mark.parametrize(
    "words", ["", "db=", "db=/db/plain db=", "db=relative", "db=/db/plain db=x"]
)
def test_without_a_database_nobody_gets_in(words: str, hook: str) -> None:
    world = _world()
    ask = _auth if hook == "auth" else _account
    assert ask(words, world=world) == _C.SERVICE_ERR
    assert _lines(world)[-1] == "can not get the database name"


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (FileNotFoundError(errno.ENOENT, "No such file or directory"), "No such file or directory"),
        (PermissionError(errno.EACCES, "Permission denied"), "Permission denied"),
        (OSError(errno.EINVAL, "a btree file, expected a hash file"), "a btree file, expected a"),
    ],
)
@pytest.mark.parametrize("words", ["db=/db/odd", "db=/db/odd key_only", "db=/db/odd unknown_ok"])
def test_a_database_that_cannot_be_used_is_an_error(
    fault: OSError, reason: str, words: str
) -> None:
    world = _world(odd=fault)
    assert _auth(words, hidden("Password: ", _WORD), world=world) == _C.SERVICE_ERR
    assert _lines(world)[-1].startswith(f"user_lookup: could not open database `/db/odd': {reason}")
    assert _account(words, world=world) == _C.SERVICE_ERR


def test_who_writes_is_waited_for_and_not_for_ever() -> None:
    world = _world()
    assert isinstance(world.databases, MemoryDatabases)
    world.databases.busy = 3
    assert _auth("db=/db/plain", hidden("Password: ", _WORD), world=world) == _C.SUCCESS
    world.databases.busy = 1_000_000
    assert _auth("db=/db/plain", hidden("Password: ", _WORD), world=world) == _C.SERVICE_ERR
    assert world.databases.busy < 1_000_000


@pytest.mark.parametrize(
    "words",
    [
        "db=/db/plain debug dump",
        "db=/db/hashes crypt=crypt debug dump",
        "db=/db/hashes crypt=hash debug",
        "db=/db/hashes crypt=crypt icase debug",
        "db=/db/keys key_only debug dump",
        "db=/db/managed debug dump",
    ],
)
def test_no_password_and_no_hash_is_ever_logged(words: str) -> None:
    world = _world()
    for user in ("alice", "blank", "other", "short", "nobody"):
        for word in (_WORD, "wrong", ""):
            _auth(words, hidden("Password: ", word), user=user, world=world)
        _account(words, user, world)
    log = "\n".join(_lines(world))
    hashes = [plain_hash(word).expose().decode() for word in (_WORD, "wrong", "")]
    secret = [_WORD, "twelve bytes", *hashes, *(each.swapcase() for each in hashes)]
    assert not [each for each in secret if each in log]
    assert "Verify user `alice' with a password" in log


@pytest.mark.parametrize(
    ("words", "line"),
    [
        ("db=/db/plain nonsense", "unknown option: nonsense"),
        ("db=/db/plain DEBUG", "unknown option: DEBUG"),
        ("crypt= db=/db/plain", "crypt= specification missing argument - ignored"),
        ("db= db=/db/plain", "db= specification missing argument - ignored"),
        ("db=/db/plain", "user 'alice' granted access"),
        ("db=/db/plain dump", "the database is not dumped: passwords do not belong in a log"),
        ("db=/db/plain crypt=hash debug", "invalid value for crypt parameter: hash"),
        ("db=/db/plain crypt=hash debug", "defaulting to plaintext password mode"),
    ],
)
def test_what_is_odd_is_logged_in_the_words_of_c(words: str, line: str) -> None:
    world = _world()
    assert _auth(words, hidden("Password: ", _WORD), world=world) == _C.SUCCESS
    assert line in _lines(world)


@pytest.mark.parametrize(
    ("user", "words", "expected"),
    [
        ("short", "db=/db/hashes crypt=crypt", ["password hash in database is too short"]),
        (
            "alice",
            "db=/db/hashes crypt=crypt icase",
            ["case-insensitive comparison only works with plaintext passwords"],
        ),
        (
            "starred",
            "db=/db/hashes crypt=crypt debug",
            [
                "Verify user `starred' with a password",
                "lengths of computed and stored hashes differ",
            ],
        ),
    ],
)
def test_why_a_password_is_refused_is_logged(user: str, words: str, expected: list[str]) -> None:
    world = _world()
    assert _auth(words, hidden("Password: ", "x"), user=user, world=world) == _C.AUTH_ERR
    refusal = f"user `{user}' denied access (incorrect password)"
    assert _lines(world) == [*expected, refusal]


def test_the_user_is_asked_for() -> None:
    lines = visible("login:", "alice"), hidden("Password: ", _WORD)
    assert _auth("db=/db/plain", *lines, user=None) == _C.SUCCESS


def test_who_gives_no_name_or_no_password_does_not_get_in() -> None:
    world = _world()
    assert _auth("db=/db/plain", visible("login:", None), user=None, world=world) == _C.SERVICE_ERR
    assert _lines(world) == ["cannot determine user name: Conversation error"]
    assert _auth("db=/db/plain", hidden("Password: ", None), world=world) == _C.CONV_ERR
    assert _lines(world)[-1] == "can not obtain password from user"


@pytest.mark.parametrize(
    ("expected", "words", "known", "lines"),
    [
        (_C.SUCCESS, "use_first_pass", _WORD, ()),
        (_C.SUCCESS, "try_first_pass", _WORD, ()),
        (_C.AUTH_ERR, "try_first_pass", "wrong", ()),
        (_C.AUTHTOK_RECOVERY_ERR, "use_first_pass", None, ()),
        (_C.SUCCESS, "try_first_pass", None, (hidden("Password: ", _WORD),)),
        (_C.SUCCESS, "try_first_pass use_first_pass", None, (hidden("Password: ", _WORD),)),
        (_C.SUCCESS, "", "wrong", (hidden("Password: ", _WORD),)),
    ],
)
def test_the_password_of_a_module_above_is_taken_or_not(
    expected: ReturnCode, words: str, known: str | None, lines: tuple[Line, ...]
) -> None:
    above = "" if known is None else "auth optional pam_userdb.so db=/db/plain\n"
    asked = () if known is None else (hidden("Password: ", known),)
    policy = f"{above}auth [default=bad success=ok] pam_userdb.so db=/db/plain {words}\n"
    with Script(*asked, *lines) as script:
        trial = Trial(policy, pam_userdb, world=_world(), conversation=script)
        assert trial.authenticate() == expected


# --- password -----------------------------------------------------------------------------------

_OLD = hidden("Current password: ", _WORD)
_NEW = hidden("New password: ", "another"), hidden("Retype new password: ", "another")


def _change(
    *lines: Line, user: str = "alice", database: str = "managed", world: World | None = None
) -> ReturnCode:
    policy = f"password required pam_userdb.so db=/db/{database}\n"
    with Script(*lines) as script:
        trial = Trial(policy, pam_userdb, world=world or _world(), user=user, conversation=script)
        return trial.chauthtok()


def test_a_password_is_changed_by_who_knows_the_old_one() -> None:
    world = _world()
    assert _change(_OLD, *_NEW, world=world) == _C.SUCCESS
    assert _auth("db=/db/managed", hidden("Password: ", "another"), world=world) == _C.SUCCESS
    assert _auth("db=/db/managed", hidden("Password: ", _WORD), world=world) == _C.AUTH_ERR
    assert "password changed for alice" in _lines(world)


@pytest.mark.parametrize(
    ("expected", "user", "database", "lines"),
    [
        (_C.AUTH_ERR, "alice", "managed", (hidden("Current password: ", "wrong"),)),
        (_C.AUTH_ERR, "alice", "managed", (hidden("Current password: ", ""),)),
        (_C.USER_UNKNOWN, "nobody", "managed", (_OLD,)),
        (_C.PERM_DENIED, "locked", "managed", (_OLD,)),
        (_C.ACCT_EXPIRED, "over", "managed", (_OLD,)),
        (_C.AUTHTOK_ERR, "alice", "plain", ()),
        (_C.AUTHTOK_ERR, "alice", "hashes", ()),
        (_C.SERVICE_ERR, "alice", "none", ()),
        (
            _C.AUTHTOK_ERR,
            "alice",
            "managed",
            (
                _OLD,
                hidden("New password: ", ""),
                hidden("Retype new password: ", ""),
                error("No password has been supplied."),
            ),
        ),
    ],
)
def test_a_password_is_not_changed(
    expected: ReturnCode, user: str, database: str, lines: tuple[Line, ...]
) -> None:
    world = _world()
    assert _change(*lines, user=user, database=database, world=world) == expected
    assert isinstance(world.databases, MemoryDatabases)
    before = _world().databases
    assert isinstance(before, MemoryDatabases)
    for name, known in before.databases.items():
        after = world.databases.databases[name]
        assert isinstance(known, dict)
        assert isinstance(after, dict)
        assert after == known


def test_root_gives_the_old_password_as_well() -> None:
    assert _change(hidden("Current password: ", "wrong")) == _C.AUTH_ERR


def test_what_somebody_else_changed_meanwhile_stays() -> None:
    world = _world()
    databases = world.databases
    assert isinstance(databases, MemoryDatabases)
    change = databases.change

    def later(path: str, name: str, *, old: Secret, new: Secret, now: float) -> bool:
        known = databases.databases["/db/managed"]
        assert isinstance(known, dict)
        known["alice"] = known["alice"].changed(stored=plain_hash("theirs"))
        return change(path, name, old=old, new=new, now=now)

    databases.change = later  # type: ignore[method-assign]  # between the look and the change
    assert _change(_OLD, *_NEW, world=world) == _C.AUTHTOK_ERR
    assert _auth("db=/db/managed", hidden("Password: ", "theirs"), world=world) == _C.SUCCESS


def test_the_second_pass_alone_changes_nothing() -> None:
    policy = "password required pam_userdb.so db=/db/managed\n"
    trial = Trial(policy, pam_userdb, world=_world())
    trial.handle.set_token(Item.AUTHTOK, Secret("another"))
    assert trial.chauthtok(Flag.UPDATE_AUTHTOK) != _C.SUCCESS


def test_setcred_answers_success() -> None:
    policy = "auth required pam_userdb.so db=/db/plain\n"
    with Script(hidden("Password: ", _WORD)) as script:
        trial = Trial(policy, pam_userdb, world=_world(), conversation=script)
        assert [trial.authenticate(), trial.setcred()] == [_C.SUCCESS, _C.SUCCESS]
