"""What a test says is known of the names in an access table."""

from pamkit.formats.access_conf import Rule, parse
from pamkit.formats.access_match import rule_matches
from pamkit.formats.access_origin import Answer, Question
from pamkit.formats.ip_address import Address, address


class Names:
    """Groups of the user, netgroups, hosts (`None`: the DNS does not answer), and terminals."""

    def __init__(
        self,
        *,
        groups: tuple[str | int, ...] = (),
        netgroups: tuple[tuple[str, str | None, str | None], ...] = (),
        hosts: dict[str, tuple[str, ...] | None] | None = None,
        terminals: tuple[str, ...] = (),
        services: tuple[str, ...] = (),
    ) -> None:
        """Know this, and note what is asked."""
        self.groups, self.netgroups, self.hosts = groups, netgroups, hosts or {}
        self.terminals, self.services = terminals, services
        self.asked: list[str] = []
        self.notes: list[str] = []

    def in_group(self, group: str | int) -> bool:
        """Whether the user is in the group."""
        return group in self.groups

    def in_netgroup(self, netgroup: str, host: str | None, user: str | None) -> bool:
        """Whether the triple is known."""
        return (netgroup, host, user) in self.netgroups

    def addresses(self, host: str) -> tuple[Address, ...] | None:
        """Return the addresses of a host; none for one that is not known."""
        self.asked.append(host)
        found = self.hosts.get(host, ())
        if found is None:
            return None
        return tuple(one for one in map(address, found) if one is not None)

    def is_terminal(self, name: str) -> bool:
        """Whether it is one of the terminals."""
        return name in self.terminals

    def is_service(self, name: str) -> bool:
        """Whether it is one of the services."""
        return name in self.services

    def note(self, line: str) -> None:
        """Keep a remark."""
        self.notes.append(line)


def question(
    known: Names,
    host: str = "",
    *,
    origin: str = "tty1",
    user: str = "alice",
    machine: str = "here",
) -> Question:
    """Return a question from another host, or without one from a terminal."""
    return Question(user, 1000, host or origin, bool(host), machine, known)


def answer(line: str, asked: Question) -> Answer:
    """Return whether the one rule in a line is about a question."""
    (rule,) = parse(f"{line}\n")
    assert isinstance(rule, Rule)
    return rule_matches(rule, asked)


def verdict(table: str, asked: Question) -> bool:
    """Return what a table comes to: the first rule that counts, else yes."""
    for rule in parse(table):
        if not isinstance(rule, Rule):
            continue
        found = rule_matches(rule, asked)
        if rule.grants and found is Answer.YES:
            return True
        if not rule.grants and found is not Answer.NO:
            return False
    return True
