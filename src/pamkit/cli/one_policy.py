"""The policy of the one service that a command line names."""

from __future__ import annotations

from pamkit.assembly import dialect_named, policy_source, quirks_named
from pamkit.cli.check_places import dialect_below
from pamkit.cli.shown import policy_text
from pamkit.cli.usage import UsageError
from pamkit.policy.resolve import resolve, service_name
from pamkit.policy.source import Layout
from pamkit.vocab.errors import PolicyError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from pamkit.policy.resolve import Policy


def policy_named(
    service: str, root: str, confdir: str | None, dialect: str | None, quirks: Iterable[str] = ()
) -> Policy:
    """Return the policy of a service; `UsageError` if there is none that can be used.

    Without a name of a dialect it is that of the system, or the one that the files are written in.
    """
    try:
        chosen = quirks_named(quirks)
        spoken = dialect_named(dialect or dialect_below(root, confdir), root)
        return resolve(
            service_name(service, chosen, spoken),
            policy_source(root, confdir),
            layout=Layout(confdir=confdir),
            dialect=spoken,
            quirks=chosen,
        )
    except (PolicyError, ValueError) as bad:
        raise UsageError(policy_text(str(bad))) from None
