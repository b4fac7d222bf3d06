"""A program that is installed, and has no policy.

What it finds

In a whole system: a program that always uses PAM (gdm, lightdm, runuser) in a directory of
programs, and no policy of a service that it asks for.

Why it matters

The program gets the lines of `other`. Where these refuse everybody, as they should, it does not
work at all; where they do not, nobody has said for it what is asked.

Avoid

    /etc/passwd:
    root:x:0:0::/root:/bin/sh
    /usr/sbin/runuser:
    (a program)
    other:
    auth required pam_deny.so
    account required pam_deny.so
    session required pam_deny.so

Prefer

    /etc/passwd:
    root:x:0:0::/root:/bin/sh
    /usr/sbin/runuser:
    (a program)
    runuser:
    auth sufficient pam_rootok.so
    session required pam_unix.so
    runuser-l:
    auth sufficient pam_rootok.so
    session required pam_unix.so
    other:
    auth required pam_deny.so
    account required pam_deny.so
    session required pam_deny.so

Sources

- `pam.d(5)`, `runuser(1)`
- openembedded-core commit a6616f1a
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
    "program-without-policy", level=Severity.NOTE, scope=Scope.TREE, since="0.1", id="INC-09"
)

_DIRECTORIES = ("/usr/bin", "/usr/sbin", "/bin", "/sbin")
_GDM = ("gdm-password", "gdm-launch-environment")
_SERVICES = {
    "gdm": _GDM,
    "gdm3": _GDM,
    "lightdm": ("lightdm", "lightdm-greeter"),
    "runuser": ("runuser", "runuser-l"),
}
"""Programs that cannot be built without PAM, and the services that they ask for.

Others can be built without it, or are told which service to ask for.
"""


def find(tree: Tree) -> Iterator[Finding]:
    """Yield the policies that are not there."""
    if not tree.whole:
        return
    installed = {name for place in _DIRECTORIES for name in tree.around.names(place)}
    missing = {
        service: program
        for program in sorted(installed & _SERVICES.keys())
        for service in _SERVICES[program]
        if tree.service(service) is None
    }
    for service, program in missing.items():
        yield RULE.finding(
            Span(f"{tree.layout.directories[0]}/{service}", 1),
            f"`{program}` is installed and has no policy `{service}`: it gets the lines of `other`",
            "write one; the package of the program has an example",
        )
