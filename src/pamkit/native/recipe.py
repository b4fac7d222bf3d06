"""Which native libraries there are, and what each is made of."""

from __future__ import annotations

from pathlib import Path

from pamkit.vocab.record import Record

C = Path(__file__).resolve().parent / "c"
"""The C sources."""

HEADERS = C / "include"
"""What programs and modules are compiled against: `security/*.h` below it."""


class Library(Record):
    """One shared object, and what it takes to make it."""

    file: str
    """What it is called, also where it is installed."""
    room: str
    """The directory below the sources whose `*.c` belong to it."""
    version_script: str
    """A file of the room: which symbols it exports, in which node of versions; all others hide."""
    shares: tuple[str, ...] = ()
    """Other rooms whose `*.c` go into it as well."""
    soname: str = ""
    """The name other objects ask for it by; none for what is opened by its path."""
    linker_name: str = ""
    """The name `-lpam` stands for, where programs are linked with it."""
    needs: tuple[str, ...] = ()
    """Other rows, by `file`, that it is linked with."""
    system: tuple[str, ...] = ()
    """Libraries of the system, as after `-l`; the C library comes by itself."""
    holds_python: bool = False
    """Whether the interpreter and the frozen engine go into it."""
    stays: bool = False
    """Whether it must not be unloaded: an interpreter does not survive that."""


CORE = "pamkit-core.so"
MODULE = "pam_pamkit.so"

LIBRARIES = (
    Library(
        file="libpam.so.0",
        room="libpam",
        version_script="libpam.map",
        shares=("opening",),
        soname="libpam.so.0",
        linker_name="libpam.so",
        stays=True,
    ),
    Library(
        file="libpam_misc.so.0",
        room="libpam_misc",
        version_script="libpam_misc.map",
        soname="libpam_misc.so.0",
        linker_name="libpam_misc.so",
        needs=("libpam.so.0",),
    ),
    Library(
        file="libpamc.so.0",
        room="libpamc",
        version_script="libpamc.map",
        soname="libpamc.so.0",
        linker_name="libpamc.so",
    ),
    Library(
        file=CORE,
        room="core",
        version_script="core.map",
        # What the interpreter itself asks for; older C libraries keep them in files of their own.
        system=("m", "dl", "util", "pthread"),
        holds_python=True,
        stays=True,
    ),
    Library(
        file=MODULE,
        room="module",
        version_script="module.map",
        shares=("opening",),
        needs=("libpam.so.0",),
        stays=True,
    ),
)
"""Every library, in an order in which they can be linked."""


def libraries(names: tuple[str, ...] = ()) -> tuple[Library, ...]:
    """Return the rows with these files and all they need; without names, every row."""
    if not names:
        return LIBRARIES
    wanted = set(names)
    for row in reversed(LIBRARIES):
        if row.file in wanted:
            wanted.update(row.needs)
    return tuple(row for row in LIBRARIES if row.file in wanted)
