"""Names of services, and of modules in a family's policies: which are allowed, and what they find.

Source: OpenPAM's `pam.conf(5)`, `openpam_set_feature(3)`; Solaris' `pam.conf(5)` and corrigendum
U039 of XSSO for `$ISA`; IBM's page "PAM configuration file"; HP-UX' `pam.conf(4)`.
"""

from __future__ import annotations

from pamkit.policy.families.grammar import Writing
from pamkit.vocab.diagnostic import shown
from pamkit.vocab.failure import PolicyError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.policy.families.grammar import Grammar

_PLAIN = frozenset("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz._-")
"""POSIX' portable set for names of files."""

_DIGITS = frozenset("0123456789")
_ISA = "/$ISA/"


def is_plain_name(name: str) -> bool:
    """Whether a name holds nothing but the portable characters, and is not empty."""
    return name not in ("", ".", "..") and _PLAIN.issuperset(name)


def is_plain_path(name: str) -> bool:
    """Whether a name is one of a file: plain, or an absolute path of plain names."""
    return _PLAIN.issuperset(name.replace("/", "")) and (
        name.startswith("/") or ("/" not in name and name != "")
    )


def is_service_name(grammar: Grammar, name: str) -> bool:
    """Whether a name may be one of a service: it stays inside a directory of policies.

    OpenPAM takes no others than portable names.
    """
    if grammar.writing is Writing.SHELL:
        return is_plain_name(name)
    return name not in ("", ".", "..") and "/" not in name and "\0" not in name


def service_name_in(grammar: Grammar, name: str) -> str:
    """Return the name under which a family looks for a service; raises `PolicyError`.

    Where a column names services, any name would do; pamkit refuses a path all the same.
    """
    if not is_service_name(grammar, name):
        raise PolicyError(f"`{shown(name)}` is no service name")
    return name


def module_paths(grammar: Grammar, written: str, *, isa: str | None = None) -> tuple[str, ...]:
    """Return the files that are tried for a module as a policy writes it, in order.

    ``isa`` is the part of the path that stands for the processor, empty for none; the family's own
    for programs of 64 bits if it is not given.
    """
    if grammar.writing is Writing.COLUMNS:
        return (_by_processor(grammar, written, grammar.isa if isa is None else isa),)
    if "/" in written and grammar.writing is Writing.SHELL:
        return (written,) if written.startswith("/") else ()
    file = written
    if grammar.writing is Writing.SHELL and not _has_version(file) and not file.endswith(".so"):
        file += ".so"
    versioned = () if _has_version(file) or not grammar.version else (f"{file}.{grammar.version}",)
    if grammar.writing is Writing.JOINED:
        versioned = (f"{file}.{grammar.version}",)
    if written.startswith("/"):
        return (*versioned, file)
    return tuple(
        f"{directory}/{name}" for directory in grammar.modules for name in (*versioned, file)
    )


def _has_version(file: str) -> bool:
    """Whether a file's name ends in a dot and digits."""
    _, dot, last = file.rpartition(".")
    return bool(dot and last) and _DIGITS.issuperset(last)


def _by_processor(grammar: Grammar, written: str, isa: str) -> str:
    """Return the path of a module of Sun's libraries for one kind of processor."""
    part = f"/{isa}/" if isa else "/"
    if not written.startswith("/"):
        return f"{grammar.modules[0]}{part if grammar.isa else '/'}{written}"
    if grammar.isa_in_paths:
        directory, _, file = written.rpartition("/")
        return f"{directory}{part}{file}"
    return written.replace(_ISA, part, 1) if grammar.isa else written


def module_name(grammar: Grammar, written: str) -> str:
    """Return `pam_x.so` for whatever form a policy of the family names that module in.

    A path is dropped, as are versions (`pam_unix.so.1`), and `lib` where that belongs to the name;
    a name without `.so` gets it.  What is no module's name comes back as it is written.
    """
    file = written.rpartition("/")[2]
    stem = file
    while _has_version(stem):
        stem = stem.rpartition(".")[0]
    stem = stem.removesuffix(".so")
    if grammar.prefix and stem.startswith(f"{grammar.prefix}pam_"):
        stem = stem.removeprefix(grammar.prefix)
    return f"{stem}.so" if stem.startswith("pam_") else written
