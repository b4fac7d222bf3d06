"""A password that is hashed weakly because login.defs(5) says so.

What it finds

A line of pam_unix in `password` that names no hash, where `ENCRYPT_METHOD` in `/etc/login.defs` is
`DES`, `MD5` or not there.

Why it matters

pam_unix takes the hash of login.defs if its line names none. DES keeps eight characters; both are
broken in hours.

Avoid

    /etc/login.defs:
    ENCRYPT_METHOD MD5
    passwd:
    password required pam_unix.so

Prefer

    /etc/login.defs:
    ENCRYPT_METHOD YESCRYPT
    passwd:
    password required pam_unix.so

Sources

- `login.defs(5)`, `pam_unix(8)`
"""

from __future__ import annotations

from pamkit.analysis.rule import Rule, Scope
from pamkit.formats.login_defs import PATH, value
from pamkit.vocab.diagnostic import Severity, shown
from pamkit.vocab.facility import Facility

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.tree import Tree
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "weak-hash-by-default",
    level=Severity.WARNING,
    scope=Scope.TREE,
    since="0.1",
    id="SYS-13",
)

_HASHES = frozenset(
    {"md5", "bigcrypt", "sha256", "sha512", "blowfish", "gost_yescrypt", "yescrypt"}
)
_WEAK = frozenset({"", "DES", "MD5"})


def find(tree: Tree) -> Iterator[Finding]:
    """Yield the lines that leave the hash to such a file."""
    data = tree.around.data(PATH)
    if not data:
        return  # what pam_unix does without the file differs from version to version
    method = (value(data, "ENCRYPT_METHOD") or "").strip().upper()
    if method not in _WEAK:
        return
    for known in tree.entries_of("pam_unix"):
        if known.facility is Facility.PASSWORD and not _HASHES & set(known.args):
            said = f"says `{shown(method)}`" if method else "names no method"
            yield RULE.finding(
                known.span,
                f"the line names no hash, and `{PATH}` {said}",
                "write `yescrypt` or `sha512` here, or `ENCRYPT_METHOD YESCRYPT` there",
            )
