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
ALWAYS_SUCCEEDS = Fact("always-succeeds", "it answers success whatever happens")
ALWAYS_FAILS = Fact("always-fails", "it never answers success")
ALWAYS_IGNORED = Fact("always-ignored", "it never has a say: it answers ignore")
CHECKS_ACCOUNT = Fact("checks-account", "its account check refuses expired accounts")
CHANGES_SECRET = Fact("changes-secret", "its password change stores a new secret")
SETS_ENVIRONMENT = Fact("sets-environment", "it sets variables in the PAM environment")
DELAYS_FAILURE = Fact("delays-failure", "it asks for a delay after a failure")
LOCKS_ACCOUNT = Fact("locks-account", "its refusal means that the account is locked")
TEST_INSTRUMENT = Fact("test-instrument", "it is for tests and has no place on a real machine")
