"""What SELinux makes of directories that each user has an instance of (C: pam_namespace)."""

from __future__ import annotations

from pamkit.formats.namespace_conf import Method
from pamkit.formats.security_context import security_context
from pamkit.module.call import Stop
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.item import Item
from pamkit.vocab.priority import Priority

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType
    from typing import Any

    from pamkit.formats.namespace_conf import Polydir
    from pamkit.module.call import ModuleCall
    from pamkit.module.mounts import OpenDirectory
    from pamkit.module.security_contexts import Contexts

_BY_CONTEXT = (Method.CONTEXT, Method.LEVEL)


class InstanceLabels:
    """How the instances of one session are told apart, and labelled."""

    __slots__ = ("_call", "is_on")

    def __init__(self, call: ModuleCall[Any], *, is_on: bool) -> None:
        """Serve a session; ``is_on``: SELinux is.  Its options say where contexts come from."""
        self._call, self.is_on = call, is_on

    def of(self, polydir: Polydir, directory: OpenDirectory, user: str) -> Labels:
        """Return what becomes of one directory for a user; ends the hook if it cannot be told."""
        if not self.is_on:
            return Labels(self._call, None, None)
        call = self._call
        try:
            original = directory.label()
        except OSError as fault:
            said = f"Error getting poly dir context for {polydir.path}: {fault.strerror}"
            raise _failed(call, said) from None
        if polydir.method is Method.USER:
            return Labels(call, None, original)
        contexts, options = call.world.contexts, call.options
        # C asks getseuserbyname(3), whatever the policy says of single services.
        try:
            if options.use_current_context:
                own: str | None = contexts.current()
            elif options.use_default_context:
                login = contexts.login(user, call.item(Item.SERVICE) or "")
                own = next(iter(contexts.reachable(*login)), None)
            else:
                own = contexts.of_programs()
        except OSError as fault:
            raise _failed(call, f"Error getting exec context, {fault.strerror}") from None
        if own is None:
            # C: what `errno` says after nothing went wrong.
            raise _failed(call, "Error getting exec context, Success")
        if polydir.method is Method.CONTEXT:
            return Labels(call, _member(call, contexts, own, original), original)
        if polydir.method is Method.LEVEL:
            return Labels(call, _at_level(call, own, original), original)
        return Labels(call, None, original)

    def unlabelled(self) -> Unlabelled:
        """Return a context manager; what is started within gets the context of its program."""
        return Unlabelled(self._call.world.contexts if self.is_on else None)


class Labels:
    """The contexts of one directory: of the instance (`None`: the same), and its own."""

    __slots__ = ("_call", "_instance", "_original")

    def __init__(self, call: ModuleCall[Any], instance: str | None, original: str | None) -> None:
        """Have these contexts; no ``original``: SELinux is off."""
        self._call, self._instance, self._original = call, instance, original

    def name(self, polydir: Polydir, user: str) -> str | None:
        """Return what the instance is told from others by; `None`: the common one is for all."""
        if polydir.method not in _BY_CONTEXT:
            return user
        if not self._follows_context():
            return None if polydir.is_shared else user
        assert self._instance is not None  # noqa: S101  # these methods have one
        try:
            written = self._call.world.contexts.raw(self._instance)
        except OSError:
            raise _failed(self._call, "Error translating directory context") from None
        return written if polydir.is_shared else f"{written}_{user}"

    def put_on(self, directory: OpenDirectory, path: str) -> None:
        """Give a new instance its context; ends the hook if it cannot have it."""
        context = self._original if self._instance is None else self._instance
        if context is None:
            return
        try:
            # What came from the policy may have names for levels; the disk has none.
            is_ours = self._instance is not None
            written = self._call.world.contexts.raw(context) if is_ours else context
            directory.set_label(written)
        except OSError:
            raise _failed(self._call, f"Error setting context of {path} to {context}") from None

    def remark(self) -> None:
        """Log the contexts, for who debugs."""
        if self._call.options.debug and self._original is not None:
            instance = "(null)" if self._instance is None else self._instance
            self._call.log(Priority.DEBUG, f"Inst ctxt {instance} Orig ctxt {self._original}")

    def _follows_context(self) -> bool:
        """Whether the program, or an option, has stated what context the session is to have."""
        if self._original is None:
            return False
        options = self._call.options
        if options.use_current_context or options.use_default_context:
            return True
        return self._call.world.contexts.of_programs() is not None


class Unlabelled:
    """While it is entered, this thread has no context for the programs that it starts."""

    __slots__ = ("_before", "_contexts")

    def __init__(self, contexts: Contexts | None) -> None:
        """Ask these; `None`: SELinux is off."""
        self._contexts = contexts
        self._before: str | None = None

    def __enter__(self) -> None:
        """Forget the context; `OSError` if that fails: nothing may run in the user's."""
        if self._contexts is not None:
            self._before = self._contexts.of_programs()
            if self._before is not None:
                self._contexts.set_of_programs(None)

    def __exit__(
        self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None
    ) -> None:
        """State it again; `OSError` if that fails: the session would have another."""
        if self._contexts is not None and self._before is not None:
            self._contexts.set_of_programs(self._before)


def _member(call: ModuleCall[Any], contexts: Contexts, own: str, original: str) -> str:
    try:
        found = contexts.member(own, original)
    except OSError as fault:
        if fault.filename == "string_to_security_class":
            raise _failed(call, "Error getting dir security class") from None
        raise _failed(call, "Error computing poly dir member context") from None
    if call.options.debug:
        call.log(Priority.DEBUG, f"member context returned by policy {found}")
    return found


def _at_level(call: ModuleCall[Any], own: str, original: str) -> str:
    """Return the context of a directory with the level of the session."""
    mine, its = security_context(own), security_context(original)
    if mine is None or its is None:
        call.log(Priority.CRIT, "out of memory")  # C: what it says of a text that is no context
        raise Stop(ReturnCode.SESSION_ERR)
    return str(its.changed(range=mine.range))


def _failed(call: ModuleCall[Any], said: str) -> Stop:
    call.log(Priority.ERR, said)
    return Stop(ReturnCode.SESSION_ERR)
