"""Host names and addresses in memory."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

# `errno` would be one import more than a transaction in memory needs.
_ENOENT = 2


class MemoryNetwork:
    """Addresses of hosts in a mapping; a value that is an exception is raised."""

    def __init__(self, hosts: Mapping[str, tuple[str, ...] | OSError] | None = None) -> None:
        """Know these hosts by name, and every host by its number."""
        self.hosts = dict(hosts or {})
        self.asked: list[str] = []
        """The names that were looked up, in order."""

    def addresses(self, host: str) -> tuple[str, ...]:
        """Return a host's addresses; `FileNotFoundError` for a name that is not known."""
        self.asked.append(host)
        found = self.hosts.get(host)
        if isinstance(found, OSError):
            raise found
        if found is None and (":" in host or host.replace(".", "").isdigit()):
            return (host,)
        if not found:
            raise FileNotFoundError(_ENOENT, "Name or service not known")
        return found
