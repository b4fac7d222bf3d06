"""Which modules a family of PAM has: from what its policies write to the file that is meant.

A name says what a module does only together with the family: `pam_group` gives groups on Linux,
and asks for them on BSD; `pam_unix_auth` is a link to pam_unix on Debian, and a module of its own
on Solaris.  Linux and Debian need no roster: `Registry` finds theirs by the name alone.
"""

from __future__ import annotations

from pamkit.module.registry import Registry, module_from
from pamkit.vocab.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pamkit.module.registry import Importer, Module


class Roster(Record):
    """The modules of one family.

    ``files``: by the name that policies know, the file below `pamkit.modules`, with a dot where it
    lies in a folder: `openpam.pam_group`.  ``directories``: the family's own places for modules.
    ``bare``: whether a name without `.so` names a file.  ``systems``: those whose fact sheets say
    what is known of its other modules (see `pamkit.facts`).  ``prefix``: what names of files begin
    with besides.
    """

    name: str
    files: dict[str, str]
    directories: tuple[str, ...]
    bare: bool
    systems: tuple[str, ...]
    prefix: str = ""

    def name_of(self, written: str) -> str:
        """Return `pam_x` for what a policy writes, or `""` if it can name no module of theirs."""
        directory, _, file = written.rpartition("/")
        directory = directory.rstrip("/")
        # C: Solaris puts the kind of machine there, and leaves it out where there is one kind.
        directory = directory.removesuffix("/$ISA")
        if (directory or written.startswith("/")) and directory not in self.directories:
            return ""
        stem, dot, ending = file.removeprefix(self.prefix).partition(".")
        named = ending == "so" or (ending[:3] == "so." and _is_number(ending[3:]))
        if not named and (dot or not self.bare):
            return ""
        return stem if stem.isascii() and stem.isidentifier() and stem[:4] == "pam_" else ""

    def file_of(self, written: str) -> str:
        """Return the file below `pamkit.modules` that a policy means; `""` if there is none."""
        return self.files.get(self.name_of(written), "")


class FamilyRegistry(Registry):
    """Finds the modules of one family, by its roster; no module of Linux that is not in it."""

    def __init__(
        self, importer: Importer, roster: Roster, *, extra: Mapping[str, Module] | None = None
    ) -> None:
        """Look first in ``extra``, then ask ``importer`` for the file that the roster names."""
        super().__init__(importer, directories=roster.directories, extra=extra)
        self._roster = roster

    def name_of(self, written: str) -> str:
        """Return `pam_x` for what a policy of the family writes, or `""`."""
        return self._roster.name_of(written)

    def find(self, written: str) -> Module | None:
        """Return the module that a policy of the family means, or `None` if there is none."""
        name = self.name_of(written)
        if not name:
            return None
        if name not in self._known:
            file = self._roster.files.get(name)
            python = None if file is None else self._importer(file)
            self._known[name] = None if python is None else module_from(python)
        return self._known[name]


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _below(folder: str, names: Iterable[str]) -> dict[str, str]:
    return {name: f"{folder}.{name}" for name in names}


_ALIKE = ("pam_deny", "pam_permit")
"""Modules of Linux-PAM that do the same under OpenPAM, and take no options."""

_OPENPAM = (
    "pam_chroot",
    "pam_ftpusers",
    "pam_group",
    "pam_guest",
    "pam_lastlog",
    "pam_login_access",
    "pam_nologin",
    "pam_rootok",
    "pam_securetty",
    "pam_self",
    "pam_unix",
)
_SOLARIS = (
    "pam_allow",
    "pam_authtok_check",
    "pam_authtok_get",
    "pam_authtok_store",
    "pam_list",
    "pam_passwd_auth",
    "pam_roles",
    "pam_tty_tickets",
    "pam_unix_account",
    "pam_unix_auth",
    "pam_unix_cred",
    "pam_unix_session",
    "pam_user_policy",
)

OPENPAM = Roster(
    "openpam",
    {**dict(zip(_ALIKE, _ALIKE, strict=True)), **_below("openpam", _OPENPAM)},
    # `/usr/local/lib` has modules of others.
    ("/usr/lib", "/usr/lib/security", "/usr/lib/pam"),
    True,
    ("freebsd", "netbsd"),
)
"""FreeBSD and NetBSD."""

NETBSD = OPENPAM.changed(name="netbsd", systems=("netbsd", "freebsd"))
"""NetBSD has the same modules, and some of its own."""

MACOS = Roster(
    "macos",
    {**dict(zip(_ALIKE, _ALIKE, strict=True)), **_below("openpam", ["pam_rootok"])},
    ("/usr/lib", "/usr/lib/pam"),
    True,
    ("macos",),
)
"""macOS: most of its modules ask services that no other system has."""

SOLARIS = Roster(
    "solaris",
    {"pam_deny": "pam_deny", **_below("solaris", _SOLARIS)},
    ("/usr/lib/security", "/lib/security"),
    False,
    ("solaris",),
)
"""Solaris and illumos, which name the same modules."""

CDE = SOLARIS.changed(name="cde", files={}, systems=())
"""Sun's library of 1996: its modules are gone, and those of the same names are others."""

AIX = Roster("aix", {}, ("/usr/lib/security",), True, ("aix",))
"""AIX: its modules are its own."""

HPUX = Roster("hpux", {}, ("/usr/lib/security", "/usr/lib/security/hpux64"), False, (), "lib")
"""HP-UX, whose modules' files are called `libpam_x.so.1`; they are its own."""

ROSTERS = {
    "openpam": OPENPAM,
    "netbsd": NETBSD,
    "macos": MACOS,
    "solaris": SOLARIS,
    "illumos": SOLARIS,
    "cde": CDE,
    "aix": AIX,
    "hpux": HPUX,
}
"""By the name of a dialect; one that is not in here has the modules that `Registry` finds."""
