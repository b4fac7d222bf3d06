"""A second factor that lets by who has none.

What it finds

`nouserok` of pam_u2f, `nullok` of pam_google_authenticator or pam_yubico, `no_usersfile_okay` of
pam_oath. It is an error where success ends the chain or leads past lines (MFA-03 of other lists),
a warning where brackets say there that `ignore` goes on, and where it is kept in the home of the
user who is enrolled, and a note elsewhere.

Why it matters

Versions that answer success for users without a factor let anybody in who has none, root too,
where that ends the chain; current ones answer ignore. Under `required` users switch their second
factor off by removing a file from their home, and so does who has taken over a session.

Avoid

    auth sufficient pam_u2f.so authfile=/etc/u2f_keys nouserok
    auth required pam_unix.so

Prefer

    auth required pam_unix.so
    auth required pam_u2f.so authfile=/etc/u2f_keys

Sources

- `pam_u2f(8)`
- `pam_google_authenticator(8)`
- Nitrokey/nitrokey-documentation issue 278
- authselect/authselect issues 216 and 217
- google/google-authenticator-libpam issue 55
"""

from __future__ import annotations

from pamkit.analysis.factors import has_home_file, lets_strangers_by
from pamkit.analysis.rule import Rule, Scope
from pamkit.policy.control import Action
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.diagnostic import Severity
from pamkit.vocab.facility import Facility

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.entry import KnownEntry
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "unenrolled-let-by",
    level=Severity.ERROR,
    scope=Scope.LINE,
    since="0.1",
    id="MFA-02",
    aliases=("MFA-03",),
    modules=("pam_u2f", "pam_google_authenticator", "pam_yubico", "pam_oath"),
)


def find(entry: KnownEntry) -> Iterator[Finding]:
    """Yield the option."""
    word = lets_strangers_by(entry)
    at = entry.argument(word) if word and entry.facility is Facility.AUTH else None
    if at is None:
        return
    success = entry.control.actions[ReturnCode.SUCCESS]
    if success == Action.DONE or success > 0:
        yield RULE.finding(
            at,
            f"who has no factor may be let in: versions of `{entry.module}` answer success",
            f"put the password first, both `required`, or drop `{word}`",
            # Who writes so knows the versions that answer ignore.
            level=Severity.WARNING if "ignore=ignore" in entry.control.text else RULE.level,
        )
    else:
        is_users = has_home_file(entry)
        yield RULE.finding(
            at,
            "users switch the second factor off by removing a file of theirs"
            if is_users
            else "who is not enrolled needs no second factor",
            "keep who is enrolled in a file of root's, and exempt others by a group",
            level=Severity.WARNING if is_users else Severity.NOTE,
        )
