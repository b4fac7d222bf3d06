"""What can be said of a module without running it."""

from __future__ import annotations

from pamkit.vocab.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Fact(Record):
    """A statement about a module, true if the options named in ``only`` have those values."""

    name: str
    phrase: str
    only: tuple[tuple[str, Any], ...] = ()

    def when(self, **options: Any) -> Fact:
        """Return the same fact, true only under these option values."""
        return Fact(self.name, self.phrase, tuple(sorted(options.items())))

    def holds(self, options: object) -> bool:
        """Whether the fact is true for a line with these options."""
        return all(getattr(options, field) == value for field, value in self.only)


NEVER_PROMPTS = Fact("never-prompts", "it never asks the applicant for anything")
ASKS_USER = Fact("asks-user", "it asks for the user name if none is known")
ASKS_SECRET = Fact("asks-secret", "it asks for a secret")
PROVES_IDENTITY = Fact(
    "proves-identity", "success of authenticate proves that the applicant knows a secret"
)
GRANTS_WITHOUT_SECRET = Fact(
    "grants-without-secret", "authenticate can succeed although nobody gave a secret"
)
PROVES_POSSESSION = Fact(
    "proves-possession", "success of authenticate proves that the applicant holds a thing"
)
PROVES_TRAIT = Fact(
    "proves-trait", "success of authenticate proves a trait of the applicant's body"
)
CHECKS_CONDITION = Fact(
    "checks-condition", "its answer depends on who, where from or when, not on a secret"
)
ASKS_CODE = Fact("asks-code", "it asks for a code that counts once")
ASKS_PRESENCE = Fact("asks-presence", "it waits for a touch, a finger, a face or a card")
ASKS_NEW_SECRET = Fact("asks-new-secret", "its password change asks for the new secret")
OWN_USERS_ONLY = Fact("own-users-only", "it asks nothing of users that are not its own")
JUDGES_SECRET = Fact("judges-secret", "its password change refuses new secrets that are too weak")
USES_SECRET = Fact("uses-secret", "it takes the secret that a module above asked for")
ALWAYS_SUCCEEDS = Fact("always-succeeds", "it answers success whatever happens")
ALWAYS_FAILS = Fact("always-fails", "it never answers success")
ALWAYS_IGNORED = Fact("always-ignored", "it never has a say: it answers ignore")
CHECKS_ACCOUNT = Fact("checks-account", "its account check refuses expired accounts")
CHANGES_SECRET = Fact("changes-secret", "its password change stores a new secret")
SETS_ENVIRONMENT = Fact("sets-environment", "it sets variables in the PAM environment")
DELAYS_FAILURE = Fact("delays-failure", "it asks for a delay after a failure")
COUNTS_FAILURES = Fact("counts-failures", "it keeps count of failed attempts")
LOCKS_ACCOUNT = Fact("locks-account", "its refusal means that the account is locked")
CHECKS_SECRET_AGE = Fact(
    "checks-secret-age", "its account check refuses, or has renewed, secrets that are too old"
)
CHANGES_USER = Fact("changes-user", "it can put another user name in the place of the one given")
CHANGES_GROUPS = Fact("changes-groups", "it changes the groups of the process")
CHANGES_LIMITS = Fact("changes-limits", "it changes the resource limits of the process")
CHANGES_UMASK = Fact("changes-umask", "it changes the permissions that new files get")
CHANGES_KEYRING = Fact("changes-keyring", "it changes the kernel keyring of the process")
CHANGES_AUDIT = Fact("changes-audit", "it changes whom and what the kernel's audit records")
CHANGES_QUOTA = Fact("changes-quota", "it changes how much of a file system a user may take")
CHANGES_CONTEXT = Fact(
    "changes-context", "it changes the SELinux context of what the process starts"
)
CHANGES_MOUNTS = Fact("changes-mounts", "it mounts, or gives the process mounts of its own")
CHANGES_CAPABILITIES = Fact("changes-capabilities", "it changes the capabilities of the process")
WRITES_FILES = Fact("writes-files", "it writes files that outlive the transaction")
RUNS_PROGRAM = Fact("runs-program", "it runs a program")
ASKS_DAEMON = Fact("asks-daemon", "it asks a daemon of this machine, and fails without it")
ASKS_NETWORK = Fact("asks-network", "it asks other machines, and fails or waits without them")
READS_HOME = Fact("reads-home", "it reads files that users can write")
NEEDS_ROOT = Fact("needs-root", "it can do its work only as root")
OBSOLETE = Fact("obsolete", "it is gone from current systems, and another module has its place")
TEST_INSTRUMENT = Fact("test-instrument", "it is for tests and has no place on a real machine")
