"""How one family writes and finds policies, as data; its control words are its dialect's.

Sources: `openpam_readword(3)`, FreeBSD's, NetBSD's and macOS' `pam.conf(5)`, illumos'
`pam.conf(5)`, Oracle Solaris 11.4's `pam.conf(5)`, the pages Sun gave to CDE in 1996, IBM's page
"PAM configuration file" for AIX 7.2, HP-UX 11i v3's `pam.conf(4)`, and what the libraries of
FreeBSD, macOS (OpenPAM-34), illumos and CDE do where no page says it.
"""

from __future__ import annotations

from pamkit.vocab.names import Names
from pamkit.vocab.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.policy.dialect import Dialect


class Writing(Names):
    """How a text becomes lines and words."""

    COLUMNS = 0
    """Blanks and tabs part words, `#` begins a comment in the first column, no line is joined."""
    JOINED = 1
    """`#` begins a comment anywhere, a line that ends in `\\` is joined to the next one."""
    SHELL = 2
    """Words are quoted as in a shell, and `#` begins a comment only where a word could begin."""


class Includes(Names):
    """What the word after `include` names."""

    NOTHING = 0
    """The family has no includes."""
    A_SERVICE = 1
    A_FILE = 2
    """A file with a column for the service, below the directory of modules."""


class Grammar(Record):
    """How one family writes and finds policies.

    ``places`` are asked in order; a name that ends in `/` is a directory with a file for each
    service, another one a file with a column for the service.  ``modules`` are the directories in
    which a module without a path is looked for.

    ``any_case``: facilities, controls and names of services are compared without case.
    ``quiet``: a `-` may stand before the facility.
    ``skips_bad_lines``: a line that cannot be understood is left out; the others refuse the
    service.
    ``longest``: bytes of a line without its end; 0 is no limit.  ``cuts_long``: what is longer goes
    on as a line of its own; the others take it for a bad line.
    ``empty_counts``: a service's own file is found even if it says nothing.
    ``needs_other``: a facility that nobody fills makes the start fail.
    ``adds_nothing``: an include of a service that is nowhere adds nothing.
    ``stops_at_blank``: a line of nothing but blanks, and a file of no bytes, break the whole file.
    ``built_in`` is the text of a policy that fills facilities which nobody else does.
    ``version`` is what a module's file name ends in that is tried first.  ``isa`` is the part of a
    path that stands for the processor where a program has 64 bits; ``isa_in_paths`` puts it into
    whole paths as well.  ``prefix`` is what modules' file names begin with besides.
    """

    name: str
    writing: Writing
    places: tuple[str, ...]
    modules: tuple[str, ...]
    includes: Includes
    any_case: bool = False
    quiet: bool = False
    skips_bad_lines: bool = False
    longest: int = 0
    cuts_long: bool = False
    empty_counts: bool = False
    needs_other: bool = False
    adds_nothing: bool = False
    stops_at_blank: bool = False
    built_in: str = ""
    version: str = ""
    isa: str = ""
    isa_in_paths: bool = False
    prefix: str = ""


INCLUDE = "include"
"""The word that stands in the place of a control."""

_SECURITY = ("/usr/lib/security",)

OPENPAM = Grammar(
    name="openpam",
    writing=Writing.SHELL,
    places=("/etc/pam.d/", "/etc/pam.conf", "/usr/local/etc/pam.d/", "/usr/local/etc/pam.conf"),
    modules=("/usr/lib", "/usr/local/lib"),
    includes=Includes.A_SERVICE,
    quiet=True,
    empty_counts=True,
    needs_other=True,
    version="6",
)
"""FreeBSD's; `-` before a facility is known since 2023, older ones refuse the file."""

NETBSD = OPENPAM.changed(
    name="netbsd", places=OPENPAM.places[:2], modules=_SECURITY, quiet=False, version=""
)

_MANAGED = "/private/var/db/ManagedConfigurationFiles/com.apple.pam/etc"

MACOS = Grammar(
    name="macos",
    writing=Writing.JOINED,
    places=(f"{_MANAGED}/pam.d/", f"{_MANAGED}/pam.conf", *OPENPAM.places),
    modules=("/usr/lib/pam", "/usr/local/lib/pam"),
    includes=Includes.A_SERVICE,
    any_case=True,
    adds_nothing=True,
    built_in=(
        "auth required pam_deny.so\n"
        "account required pam_deny.so\n"
        "password required pam_deny.so\n"
        "session required pam_deny.so\n"
    ),
    version="2",
)
"""Apple's, which left OpenPAM in 2007 and has no quotes; its chains for installers are left out."""

ILLUMOS = Grammar(
    name="illumos",
    writing=Writing.COLUMNS,
    places=("/etc/pam.conf",),
    modules=_SECURITY,
    includes=Includes.A_FILE,
    any_case=True,
    longest=255,
    stops_at_blank=True,
    isa="64",
)

SOLARIS = ILLUMOS.changed(
    name="solaris",
    places=("/etc/pam.conf", "/etc/pam.d/"),
)
"""Oracle Solaris 11.1 and later."""

CDE = Grammar(
    name="cde",
    writing=Writing.COLUMNS,
    places=("/etc/pam.conf",),
    modules=_SECURITY,
    includes=Includes.NOTHING,
    any_case=True,
    skips_bad_lines=True,
    longest=255,
    cuts_long=True,
)
"""Sun's library of 1996."""

AIX = CDE.changed(name="aix", longest=0, cuts_long=False, isa="64", isa_in_paths=True)

HPUX = CDE.changed(name="hpux", longest=0, cuts_long=False, isa="hpux64", prefix="lib")

GRAMMARS = {
    grammar.name: grammar for grammar in (OPENPAM, NETBSD, MACOS, ILLUMOS, SOLARIS, CDE, AIX, HPUX)
}
"""Grammars by name; a dialect is read by the one that has its name."""


def grammar_of(dialect: Dialect) -> Grammar:
    """Return how a dialect is read; `KeyError` for those of Linux-PAM, which have no grammar."""
    return GRAMMARS[dialect.name]
