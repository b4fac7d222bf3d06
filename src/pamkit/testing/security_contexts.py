"""SELinux in memory: contexts that a test can look into."""

from __future__ import annotations

_EINVAL, _ENOENT = 22, 2


class MemoryContexts:
    """A policy in mappings: who becomes what, and what has which context.

    What is raised instead, by the name of a method, stands in ``faults``.
    """

    def __init__(self) -> None:
        """Know nobody: no login has a context."""
        self.logins: dict[str, tuple[str, str | None]] = {}
        """SELinux user and level by user."""
        self.lists: dict[str, tuple[str, ...]] = {}
        """Contexts by SELinux user."""
        self.types: dict[str, str] = {}
        """Default types by role."""
        self.own = "system_u:system_r:login_t:s0"
        self.before = "staff_u:staff_r:staff_t:s0"
        """Our context before we began our program."""
        self.allowed: set[tuple[str, str, str, str]] = set()
        """Who has which right: subject, target, class and permission."""
        self.denials: tuple[str, ...] = ()
        """What is to be audited of a right that nobody has."""
        self.programs: str | None = None
        self.keys: str | None = None
        self.files: dict[str, str] = {}
        """Contexts by path; a file that is not here is nowhere."""
        self.wrong: set[str] = set()
        """Contexts that the policy does not have."""
        self.outside: set[str] = set()
        """Contexts whose range is in no other."""
        self.changes: list[str] = []
        """What was changed, in order."""
        self.faults: dict[str, OSError] = {}

    def login(self, user: str, service: str) -> tuple[str, str | None]:
        """Return SELinux user and level of a login."""
        self._fail("login")
        if user not in self.logins:
            raise OSError(_EINVAL, "Invalid argument", "getseuser")
        return self.logins[user]

    def reachable(self, seuser: str, level: str | None) -> tuple[str, ...]:
        """Return the contexts of a SELinux user."""
        self._fail("reachable")
        return self.lists.get(seuser, ())

    def current(self) -> str:
        """Return our context."""
        self._fail("current")
        return self.own

    def previous(self) -> str:
        """Return our context from before."""
        self._fail("previous")
        return self.before

    def of_programs(self) -> str | None:
        """Return the context for programs."""
        self._fail("of_programs")
        return self.programs

    def set_of_programs(self, context: str | None) -> None:
        """Change it."""
        self._fail("set_of_programs")
        self.programs = context
        self.changes.append(f"programs {context}")

    def set_of_keys(self, context: str) -> None:
        """Change the context for keys."""
        self._fail("set_of_keys")
        self.keys = context
        self.changes.append(f"keys {context}")

    def of_file(self, path: str) -> str:
        """Return the context of a file."""
        self._fail("of_file")
        if path not in self.files:
            raise FileNotFoundError(_ENOENT, "No such file or directory", "getfilecon")
        return self.files[path]

    def set_of_file(self, path: str, context: str) -> None:
        """Change it."""
        self._fail("set_of_file")
        self.of_file(path)
        self.files[path] = context
        self.changes.append(f"{path} {context}")

    def of_terminal(self, user: str, before: str) -> str:
        """Return a context with the SELinux user in it."""
        self._fail("of_terminal")
        return f"{user.partition(':')[0]}:object_r:user_tty_device_t:s0"

    def member(self, own: str, directory: str) -> str:
        """Return a context with the SELinux user and the directory's type in it."""
        self._fail("member")
        return f"{own.partition(':')[0]}:object_r:{directory.split(':')[2]}:s0"

    def is_valid(self, context: str) -> bool:
        """Whether it is none of the wrong ones."""
        return context not in self.wrong

    def contains(self, outer: str, inner: str) -> bool:
        """Whether the inner one is none of those outside."""
        return inner not in self.outside

    def allows(
        self, subject: str, target: str, kind: str, right: str
    ) -> tuple[bool, tuple[str, ...]]:
        """Whether it is one of those that are allowed."""
        self._fail("allows")
        may = (subject, target, kind, right) in self.allowed
        return may, () if may else self.denials

    def default_type(self, role: str) -> str | None:
        """Return the type for a role."""
        return self.types.get(role)

    def raw(self, context: str) -> str:
        """Return the context itself."""
        self._fail("raw")
        return context

    def _fail(self, what: str) -> None:
        if what in self.faults:
            raise self.faults[what]
