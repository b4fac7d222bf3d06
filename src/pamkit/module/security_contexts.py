"""What modules ask SELinux: which contexts a login may have, and what has which context."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol

    class Contexts(Protocol):
        """Security contexts of SELinux, where it is on (`selinux.standing` says whether it is).

        Every method may raise `OSError`, unless it says what stands for a failure: with `ENOSYS`
        and words if nobody can be asked, and with the function of C that failed as its file name.
        """

        def login(self, user: str, service: str) -> tuple[str, str | None]:
            """Return the SELinux user that a login by a service becomes, and its level or range."""

        def reachable(self, seuser: str, level: str | None) -> tuple[str, ...]:
            """Return the contexts that a SELinux user can get from here, the usual one first."""

        def current(self) -> str:
            """Return the context of the calling thread."""

        def previous(self) -> str:
            """Return the context that this process had before it began its program.

            As the kernel writes it, without names for levels.
            """

        def of_programs(self) -> str | None:
            """Return the context that programs get which the calling thread starts.

            `None`: the one that the policy gives them.
            """

        def set_of_programs(self, context: str | None) -> None:
            """Give the programs that the calling thread starts another context."""

        def set_of_keys(self, context: str) -> None:
            """Give the keys and keyrings that the calling thread makes another context."""

        def of_file(self, path: str) -> str:
            """Return the context of a file."""

        def set_of_file(self, path: str, context: str) -> None:
            """Give a file another context."""

        def of_terminal(self, user: str, before: str) -> str:
            """Return the context that a terminal gets for who works on it.

            ``user`` is the context of the user's programs, ``before`` that of the terminal.
            """

        def member(self, own: str, directory: str) -> str:
            """Return the context of the instance of a directory that a context has."""

        def is_valid(self, context: str) -> bool:
            """Whether the policy has such a context; in doubt it has not."""

        def contains(self, outer: str, inner: str) -> bool:
            """Whether the range of one context has that of another in it; in doubt it has not."""

        def allows(
            self, subject: str, target: str, kind: str, right: str
        ) -> tuple[bool, tuple[str, ...]]:
            """Whether one context has a right to another, and lines that are to be audited.

            ``kind`` and ``right`` are a class and a permission of the policy.  A permissive kernel
            allows what its policy does not, and says so in the lines.
            """

        def default_type(self, role: str) -> str | None:
            """Return the type that goes with a role; `None` if none is known."""

        def raw(self, context: str) -> str:
            """Return a context as the kernel writes it, without names for levels."""
