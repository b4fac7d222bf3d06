"""What becomes of stock policies of the corpus in every other family, and why some are refused.

Usage: ``python -m bench.translate [--corpus DIR] [--any-answer] [--reasons N] [--verbose]``.
"""

from __future__ import annotations

import argparse
from collections import Counter
from functools import cache
from pathlib import Path
from typing import NamedTuple

from pamkit.analysis.translate_runs import Kind
from pamkit.cli.declarations import declarations
from pamkit.cli.translate_policy import Done, Translator
from pamkit.policy.dialect import Dialect, dialect_named
from pamkit.policy.resolve import Policy, resolve
from pamkit.policy.source import MemorySource
from pamkit.vocab.codes import WORDS
from pamkit.vocab.facility import Facility, word
from pamkit.vocab.failure import PolicyError
from tests.conftest import CORPUS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.analysis.model import Declarations

TARGETS = ("linux", "openpam", "macos", "solaris", "illumos", "cde")

_DEBIAN = tuple(f"debian-{each}" for each in ("desktop-a", "desktop-b", "server-a", "server-b"))
_RHEL = ("complianceascode-bases/rhel9", "centos7-server", "rhcos-openshift-node")
_AUTHSELECT = "authselect-1.7.0"
_COMMON = "debian12-pam-auth-update/03-pwquality-systemd"

FAMILIES = {
    "Debian": ("debian", ("debian12", *_DEBIAN)),
    "Fedora, RHEL": ("linux", (*_RHEL, _AUTHSELECT)),
    "FreeBSD": ("openpam", ("freebsd-server", "nas4free", "truenas-pcbsd-overlay")),
    "Solaris": ("solaris", ("solaris11-style", "padl-pam_ldap/pam.conf")),
    "illumos": ("illumos", ("solaris11-style",)),
}
"""Where policies of a family lie, and their dialect."""


class Outcome(NamedTuple):
    """What became of the policies of one family in another."""

    services: int
    written: int
    reasons: Counter[str]


def policies(corpus: Path, place: str, dialect: Dialect) -> list[Policy]:
    """Return the policies of a place that can be used, and are no mere parts of others."""
    roots = [corpus / place]
    if place == _AUTHSELECT:
        roots = [each for each in sorted(roots[0].iterdir()) if each.is_dir()]
    found = []
    for root in roots:
        files = _texts(corpus, root)
        every = []
        for name in _services(files, dialect):
            try:
                every.append(resolve(name, MemorySource(files), dialect=dialect))
            except PolicyError:
                continue
        taken = {file.name for each in every for file in each.files[1:]}
        found += [each for each in every if each.files and _is_whole(each, taken)]
    return found


def outcome(every: list[Policy], target: Dialect, *, any_answer: bool, verbose: bool) -> Outcome:
    """Translate policies; the same chain is looked at once for each service that has it."""
    written = 0
    reasons: Counter[str] = Counter()
    source = every[0].dialect
    known = None if any_answer else (_known(source.name), _known(target.name))
    translator = Translator(source, target, known)
    for policy in every:
        done = translator.policy(policy, column=False)
        written += not done.refused
        reasons.update(_reasons(done, policy, target))
        if verbose and done.refused:
            print(f"--- {policy.files[0].name} to {target.name}", *done.refused, sep="\n")
    return Outcome(len(every), written, reasons)


def main() -> None:
    """Print the table, then the reasons that are met most."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", type=Path, default=CORPUS)
    parser.add_argument("--any-answer", action="store_true")
    parser.add_argument("--verbose", action="store_true")
    parser.add_argument("--reasons", type=int, default=10, metavar="N")
    parser.add_argument("--family", choices=FAMILIES, action="append")
    args = parser.parse_args()
    print(f"{'policies of':14} " + " ".join(f"{name:>11}" for name in TARGETS), flush=True)
    reasons: Counter[str] = Counter()
    for family, (name, places) in FAMILIES.items():
        if args.family and family not in args.family:
            continue
        dialect = dialect_named(name)
        every = [each for place in places for each in policies(args.corpus, place, dialect)]
        print(f"{family:14}", end="", flush=True)
        for to in TARGETS:
            target = dialect_named(to)
            if to == name or (to == "linux" and not dialect.keywords):
                print(" " * 12, end="", flush=True)
                continue
            found = outcome(every, target, any_answer=args.any_answer, verbose=args.verbose)
            cell = f"{found.written} of {found.services}"
            print(f" {cell:>11}", end="", flush=True)
            reasons.update(found.reasons)
        print()
    print()
    for reason, count in reasons.most_common(args.reasons):
        print(f"{count:6} {reason}")


def _services(files: dict[str, str], dialect: Dialect) -> list[str]:
    if not dialect.keywords or dialect.name == "openpam":
        return sorted({path.rpartition("/")[2] for path in files if "/pam.d/" in path})
    found = {path.rpartition("/")[2] for path in files if "/pam.d/" in path}
    lines = files.get("/etc/pam.conf", "").splitlines()
    words = [line.split()[0] for line in lines if line.strip() and not line.startswith("#")]
    return sorted(found | set(words))


def _is_whole(policy: Policy, taken: set[str]) -> bool:
    """Whether a policy is one of a service, not only a part that others take in."""
    own = all(policy.own.get(each) for each in (Facility.AUTH, Facility.ACCOUNT))
    return own or policy.files[0].name not in taken


def _texts(corpus: Path, root: Path) -> dict[str, str]:
    if root.is_file():
        return {"/etc/pam.conf": root.read_text()}
    roots = [root] if root.name != "debian12" else [root, corpus / _COMMON]
    found = {}
    for each in roots:
        for path in sorted(each.rglob("*")):
            if path.is_file() and (path.parent.name == "pam.d" or path.name == "pam.conf"):
                found[f"/{path.relative_to(each)}"] = path.read_bytes().decode(
                    "utf-8", "surrogateescape"
                )
    return found


@cache
def _known(name: str) -> Declarations:
    return declarations(dialect_named(name))


_KINDS = {
    Kind.LOOSER: "only the translation grants",
    Kind.STRICTER: "only the original grants",
    Kind.NO_UPDATE: "only one changes a password",
}


def _reasons(done: Done, policy: Policy, target: Dialect) -> list[str]:
    """Return why a policy is refused, in words that count together what is alike."""
    found = []
    for facility, each in done.found.items():
        if each.lines is not None:
            continue
        head = f"{policy.dialect.name} to {target.name}: {word(facility)}"
        if each.witness is None:
            found.append(f"{head}: {each.why}")
            continue
        parting = each.witness.parting
        names = {put.origin: put.module for put in each.witness.lines}
        said = ", ".join(
            f"{names[number]} {WORDS[code]}" for number, code in parting.answers if code != 0
        )
        found.append(f"{head}: {_KINDS[parting.kind]}: {said}")
    if done.refused and not found:
        found.append(f"{policy.dialect.name} to {target.name}: cannot be written")
    return found


if __name__ == "__main__":
    main()
