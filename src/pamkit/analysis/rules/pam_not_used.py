"""An sshd that does not heed its policy.

What it finds

`UsePAM no` in `/etc/ssh/sshd_config` while there is a policy for sshd; and `PermitEmptyPasswords
yes`.

Why it matters

Without UsePAM no line of the policy counts: no lock after failures, no second factor, no limits, no
account check. PermitEmptyPasswords lets in accounts without a password, if the policy does.

Avoid

    /etc/ssh/sshd_config:
    UsePAM no
    sshd:
    auth required pam_unix.so

Prefer

    /etc/ssh/sshd_config:
    UsePAM yes
    sshd:
    auth required pam_unix.so

Sources

- `sshd_config(5)`
- STIG RHEL-10-600640, UBTU-24-500050
"""

from __future__ import annotations

from pamkit.analysis.rule import Rule, Scope
from pamkit.vocab.diagnostic import Severity
from pamkit.vocab.span import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.tree import Tree
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "pam-not-used",
    level=Severity.WARNING,
    scope=Scope.TREE,
    since="0.1",
    id="SYS-16",
)

_FILE = "/etc/ssh/sshd_config"
_SAID = {
    ("usepam", "no"): "sshd does not ask PAM: its policy does not count",
    ("permitemptypasswords", "yes"): "sshd lets accounts without a password try",
}


def find(tree: Tree) -> Iterator[Finding]:
    """Yield the statements; the first one about a thing counts."""
    text = tree.around.text(_FILE)
    if not text or tree.service("sshd") is None:
        return
    said: set[str] = set()
    for number, line in enumerate(text.split("\n"), 1):
        words = line.partition("#")[0].replace("=", " ").replace('"', " ").lower().split()
        if not words:
            continue
        if words[0] in ("match", "include"):
            return  # what follows holds for some only, or stands elsewhere
        if words[0] not in said and len(words) > 1 and (words[0], words[1]) in _SAID:
            yield RULE.finding(
                Span(_FILE, number),
                _SAID[words[0], words[1]],
                "`UsePAM yes`, and `PermitEmptyPasswords no`",
            )
        said.add(words[0])
