"""The profile of authselect lacks modules.

What it finds

One of pam_pwquality, pam_pwhistory, pam_faillock and pam_unix is missing in `system-auth` or
`password-auth` of the profile that `/etc/authselect/authselect.conf` names, or, where that is not
known, of the policies. This rule is a policy: it runs only if it is asked for.

Why it matters

authselect writes the policies anew from its profile; what is only in the policies is gone then.

Avoid

    system-auth:
    auth required pam_faillock.so preauth
    auth sufficient pam_unix.so
    auth required pam_faillock.so authfail
    auth required pam_deny.so
    password requisite pam_pwquality.so
    password sufficient pam_unix.so use_authtok
    password required pam_deny.so
    password-auth:
    auth required pam_faillock.so preauth
    auth sufficient pam_unix.so
    auth required pam_faillock.so authfail
    auth required pam_deny.so
    password requisite pam_pwquality.so
    password sufficient pam_unix.so use_authtok
    password required pam_deny.so

Prefer

    system-auth:
    auth required pam_faillock.so preauth
    auth sufficient pam_unix.so
    auth required pam_faillock.so authfail
    auth required pam_deny.so
    password requisite pam_pwquality.so
    password requisite pam_pwhistory.so use_authtok
    password sufficient pam_unix.so use_authtok
    password required pam_deny.so
    password-auth:
    auth required pam_faillock.so preauth
    auth sufficient pam_unix.so
    auth required pam_faillock.so authfail
    auth required pam_deny.so
    password requisite pam_pwquality.so
    password requisite pam_pwhistory.so use_authtok
    password sufficient pam_unix.so use_authtok
    password required pam_deny.so

Sources

- `authselect(8)`, `authselect-profiles(5)`
- CIS RHEL9 2.0.0 5.3.2.1
- `accounts_password_pam_modules_in_authselect_profile` of ComplianceAsCode
"""

from __future__ import annotations

from pamkit.analysis.benchmark.shared_files import authselect_has_modules
from pamkit.analysis.rule import Rule, Scope
from pamkit.vocab.diagnostic import Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.analysis.benchmark.judgement import Judgement
    from pamkit.analysis.tree import Tree
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "authselect-modules",
    level=Severity.WARNING,
    scope=Scope.TREE,
    since="0.1",
    policy=True,
    aliases=("accounts_password_pam_modules_in_authselect_profile",),
)


def judge(tree: Tree) -> Judgement:
    """Judge what the benchmark asks for."""
    return authselect_has_modules(tree, RULE)


def find(tree: Tree) -> tuple[Finding, ...]:
    """Return what keeps the tree from it."""
    return judge(tree).findings
