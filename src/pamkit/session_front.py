"""What the sessions of the synchronous and the asynchronous front have in common."""

from __future__ import annotations

from pamkit.records.event import Happening
from pamkit.vocab.priority import Priority

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.front import Front
    from pamkit.user_process import UserProcess


class _Opening:
    """A session that is being opened, and whether this process opened no other meanwhile."""

    __slots__ = ("alone", "front", "process")

    def __init__(self, front: Front, process: int) -> None:
        self.front, self.process, self.alone = front, process, True


_OPENINGS: dict[int, _Opening] = {}
"""Those of this process, by the identity of the session: a process has one set of groups."""


class SessionFront:
    """A session of a transaction; one that was taken over from another process is open."""

    _opening: _Opening | None = None

    def __init__(
        self, front: Front, flags: int = 0, *, ends: bool = False, own_process: bool = False
    ) -> None:
        """Hold a session; with ``ends``, closing ends the transaction too.

        ``own_process``: this process is there for this session alone, and has the user's groups
        while it lasts.
        """
        self._front, self._flags, self._ends, self._own = front, flags, ends, own_process
        # One that was taken over is open until this process has closed it.
        self._open = front._resumes and front._order.stage.in_session
        self._before: tuple[int, ...] | None = None
        self._added: tuple[int, ...] = ()

    @property
    def user(self) -> str | None:
        """Whose session it is."""
        return self._front.user

    @property
    def env(self) -> dict[str, str]:
        """A copy of the PAM environment, for the user's process."""
        return dict(self._front.env.items())

    @property
    def process(self) -> UserProcess:
        """What the user's process begins with: ids, groups, directory, shell and environment.

        Groups that modules gave to this process are the child's as well.  Raises `PamError` with
        `SESSION_ERR` if the user is none of the system's.
        """
        import os

        from pamkit.user_process import user_process

        front = self._front
        return user_process(front._core, self._added, dict(os.environ), root=front._root)

    def _begins(self) -> None:
        import os

        me = os.getpid()  # what another thread was opening is nothing to a child
        # Before the groups are looked at: whoever comes later finds this one here.
        self._opening = _OPENINGS[id(self)] = _Opening(self._front, me)
        all_of_them = list(_OPENINGS.values())
        there = [each for each in all_of_them if each.process == me and not each.front._ended]
        for each in there:
            each.alone = len(there) == 1
        self._before = self._front._core.world.process.groups()

    def _has_begun(self) -> None:
        self._open = True
        had = frozenset(self._before or ())
        core = self._front._core
        added = tuple(group for group in core.world.process.groups() if group not in had)
        if self._opening is None or self._opening.alone:
            self._added = added
        elif added:
            # They may be another user's, and would be a gift to this one.
            text = "PAM groups came while other sessions were opened as well: nobody is given them"
            core.world.log.write(Priority.WARNING, text)
        self._opens_no_more()

    def _opens_no_more(self) -> None:
        if self._opening is not None:
            _OPENINGS.pop(id(self), None)
            self._opening = None

    def __del__(self) -> None:
        """Be in nobody's way any more: one that waited may never be opened to its end."""
        self._opens_no_more()

    def _gives_groups_back(self) -> None:
        """Give back the groups that the process took for this session."""
        self._opens_no_more()
        core, before = self._front._core, self._before
        if not self._own or before is None or core.world.process.groups() == before:
            return
        try:
            core.world.process.set_groups(before)
        except OSError as fault:
            text = f"PAM the user's groups cannot be given back: {fault.strerror}"
            core.world.log.write(Priority.ERR, text)

    def _unrecorded(self, happening: Happening) -> bool:
        """Whether this transaction keeps login records, and has none of this."""
        if self._front._records is None:
            return False
        return self._front._order.stage.is_recorded == (happening == Happening.LOGOUT)
