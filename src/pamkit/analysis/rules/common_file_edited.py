"""A common file that was edited inside the block of pam-auth-update.

What it finds

Lines between the marks of pam-auth-update in a `common-*` file that are not those it wrote:
`/var/lib/pam` has what it wrote last.

Why it matters

pam-auth-update leaves such a file alone from then on. A package that is installed or removed
changes nothing any more, and `--force` throws the edit away.

Avoid

    /var/lib/pam/auth:
    Module: unix
    [success=end default=ignore] pam_unix.so
    common-auth:
    # here are the per-package modules (the "Primary" block)
    auth [success=1 default=ignore] pam_unix.so nullok
    auth requisite pam_deny.so
    auth required pam_permit.so
    # end of pam-auth-update config

Prefer

    /var/lib/pam/auth:
    Module: unix
    [success=end default=ignore] pam_unix.so
    common-auth:
    # here are the per-package modules (the "Primary" block)
    auth [success=1 default=ignore] pam_unix.so
    auth requisite pam_deny.so
    auth required pam_permit.so
    # end of pam-auth-update config

Sources

- `pam-auth-update(8)`
"""

from __future__ import annotations

from pamkit.analysis.pam_auth_update import COMMON
from pamkit.analysis.rule import Rule, Scope
from pamkit.vocab.diagnostic import Severity
from pamkit.vocab.span import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.tree import File, Tree
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "common-file-edited",
    level=Severity.WARNING,
    scope=Scope.TREE,
    since="0.1",
    id="SYS-04",
)

_WROTE = "/var/lib/pam"
_BEGIN, _END = "# here are the per-package modules", "# end of pam-auth-update config"
_MODULE = "Module:"
_FIXED = ("requisite pam_deny.so", "required pam_permit.so")
_DIGITS = "0123456789"


def find(tree: Tree) -> Iterator[Finding]:
    """Yield the files whose lines are others."""
    for name in COMMON:
        file = tree.file(f"/etc/pam.d/{name}")
        wrote = tree.around.text(f"{_WROTE}/{name.removeprefix('common-')}")
        if file is None or not wrote:
            continue
        marks = _block(file)
        if marks is None:
            continue
        expected = [line for line in wrote.split("\n") if line and not line.startswith(_MODULE)]
        found = [known for known in file.entries if marks[0] < known.span.line < marks[1]]
        texts = {_plain(known.line.logical.text or "", skip=1): known for known in found}
        wanted = {_plain(line) for line in (*expected, *_FIXED)}
        strange = [texts[text] for text in texts if text not in wanted]
        if strange:
            yield RULE.finding(
                strange[0].span,
                "pam-auth-update did not write this line, and leaves the file alone because of it",
                "put the line outside of the marks, or make a profile in `/usr/share/pam-configs`",
            )
        elif wanted - set(texts):
            yield RULE.finding(
                Span(file.path, marks[0]),
                "a line that pam-auth-update wrote is gone, and it leaves the file alone for that",
                "`pam-auth-update` switches profiles off",
            )


def _block(file: File) -> tuple[int, int] | None:
    """Return the lines of the marks."""
    first = 0
    for line in file.syntax.lines:
        comment = line.logical.comment if line.logical.text is None else ""
        if comment.startswith(_BEGIN):
            first = line.logical.line
        elif comment.startswith(_END) and first:
            return first, line.logical.line
    return None


def _plain(text: str, *, skip: int = 0) -> str:
    """Return a line with one blank between words, and every jump the same."""
    plain = " ".join(text.split()[skip:]).replace("=end", "=0")
    for digit in _DIGITS:
        plain = plain.replace(f"={digit}", "=0")
    return plain
