"""pam_unix hashes with too few rounds in `password-auth`.

What it finds

pam_unix in `password-auth` (on Debian and SUSE in `common-password`) has `rounds` that is less
than the value, or not at all. Behind yescrypt and blowfish it is a cost, and 5 to 11 are right.
This rule is a policy: it runs only if it is asked for.

Why it matters

Each round makes guessing dearer. The default of SHA-512 is 5000.

Avoid

    system-auth:
    password sufficient pam_unix.so sha512
    password required pam_deny.so
    password-auth:
    password sufficient pam_unix.so sha512
    password required pam_deny.so

Prefer

    system-auth:
    password sufficient pam_unix.so sha512 rounds=5000
    password required pam_deny.so
    password-auth:
    password sufficient pam_unix.so sha512 rounds=5000
    password required pam_deny.so

Sources

- `pam_unix(8)`, `crypt(5)`
- RHEL-09-611050, RHEL-09-611055
- `accounts_password_pam_unix_rounds_password_auth` of ComplianceAsCode
"""

from __future__ import annotations

from pamkit.analysis.benchmark.bound import asked, at_least
from pamkit.analysis.benchmark.hashing import rounds_are_enough
from pamkit.analysis.benchmark.module_lines import Wanted
from pamkit.analysis.benchmark.places import Family, family, password_files, unplaced
from pamkit.analysis.rule import Rule, Scope, Value
from pamkit.vocab.diagnostic import Severity
from pamkit.vocab.facility import Facility

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.analysis.benchmark.judgement import Judgement
    from pamkit.analysis.tree import Tree
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "unix-rounds-password-auth",
    level=Severity.WARNING,
    scope=Scope.TREE,
    since="0.1",
    id="PW-06",
    policy=True,
    aliases=("accounts_password_pam_unix_rounds_password_auth",),
    values=(Value("rounds", "5000", ("var_password_pam_unix_rounds",)),),
)


def judge(tree: Tree) -> Judgement:
    """Judge what the benchmark asks for."""
    names = password_files(tree)
    if not names:
        return unplaced(tree)
    controls = () if family(tree) is Family.DEBIAN else ("sufficient", "required")
    wanted = Wanted(names[-1], Facility.PASSWORD, "pam_unix", controls)
    return rounds_are_enough(tree, RULE, wanted, at_least(asked(RULE, "rounds", tree)))


def find(tree: Tree) -> tuple[Finding, ...]:
    """Return what keeps the tree from it."""
    return judge(tree).findings
