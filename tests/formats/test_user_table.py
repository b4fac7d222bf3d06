import sqlite3

import pytest

from pamkit.formats import user_table


@pytest.fixture
def database() -> sqlite3.Connection:
    made = sqlite3.connect(":memory:", isolation_level=None)
    made.executescript(user_table.CREATE)
    made.execute("INSERT INTO users VALUES ('alice', '$y$one', 1, 2, NULL, 0)")
    return made


@pytest.mark.parametrize(
    ("expected", "name"),
    [
        ((1, "$y$one", 0, None), b"alice"),
        ((1, None, None, None), b"Alice"),
        ((1, None, None, None), b"' OR 1=1 --"),
        ((1, None, None, None), b"\xff"),
        ((1, None, None, None), b""),
    ],
)
def test_a_user_is_found_by_every_byte_of_the_name(
    database: sqlite3.Connection, expected: tuple[object, ...], name: bytes
) -> None:
    assert database.execute(user_table.FIND, (name,)).fetchone() == expected


def test_a_file_of_somebody_else_is_told(database: sqlite3.Connection) -> None:
    assert database.execute(user_table.IS_OURS).fetchone() == (1,)
    for change in ("application_id = 7", "application_id = 1885433195; PRAGMA user_version = 2"):
        database.executescript(f"PRAGMA {change}")
        assert database.execute(user_table.IS_OURS).fetchone() == (0,)
        assert database.execute(user_table.FIND, (b"alice",)).fetchone()[0] == 0
        changed = database.execute(user_table.REPLACE_HASH, (b"alice", b"$y$one", b"$y$two", 9))
        assert changed.rowcount == 0


def test_a_hash_is_replaced_only_while_it_is_the_one_that_was_looked_at(
    database: sqlite3.Connection,
) -> None:
    values = (b"alice", b"$y$one", b"$y$two", 9)
    assert [database.execute(user_table.REPLACE_HASH, values).rowcount for _ in range(2)] == [1, 0]
    assert database.execute("SELECT * FROM users").fetchall() == [
        ("alice", "$y$two", 1, 9, None, 0)
    ]


@pytest.mark.parametrize(
    "row",
    [
        (None, "h", 1, 1, None, 0),
        ("", "h", 1, 1, None, 0),
        (b"bob", "h", 1, 1, None, 0),
        ("bob", None, 1, 1, None, 0),
        ("bob", "", 1, 1, None, 0),
        ("bob", b"h", 1, 1, None, 0),
        ("bob", "h", "soon", 1, None, 0),
        ("bob", "h", 1, None, None, 0),
        ("bob", "h", 1, 1, "soon", 0),
        ("bob", "h", 1, 1, None, 2),
        ("bob", "h", 1, 1, None, None),
        ("alice", "h", 1, 1, None, 0),
    ],
)
def test_what_does_not_belong_into_a_column_is_refused(
    database: sqlite3.Connection, row: tuple[object, ...]
) -> None:
    with pytest.raises(sqlite3.IntegrityError):
        database.execute("INSERT INTO users VALUES (?, ?, ?, ?, ?, ?)", row)
