"""Builds a transaction's core from settings: the only file that knows everyone."""

from __future__ import annotations

from pamkit.engine.handle import Handle
from pamkit.engine.tracks import Tracks
from pamkit.engine.transaction import Core, walks_on_tracks
from pamkit.module.registry import Module, Registry
from pamkit.policy.compile import compiled
from pamkit.policy.dialect import DIALECTS, QUIRK_SETS, QUIRKS, Dialect, quirks
from pamkit.policy.resolve import resolve, service_name
from pamkit.policy.source import Layout
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.failure import PamError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Mapping
    from types import ModuleType
    from typing import Any

    from pamkit.doors.settings import Preference
    from pamkit.engine.transaction import Keeper
    from pamkit.module.registry import Natives
    from pamkit.module.world import World
    from pamkit.policy.compile import Compiled
    from pamkit.policy.source import PolicySource
    from pamkit.semantics.trace import Run, Step
    from pamkit.stores.policy_cache import PolicyCache
    from pamkit.vocab.facility import Primitive

_TRIPLETS = (
    "aarch64-linux-gnu",
    "arm-linux-gnueabi",
    "arm-linux-gnueabihf",
    "i386-linux-gnu",
    "loongarch64-linux-gnu",
    "mips64el-linux-gnuabi64",
    "powerpc64le-linux-gnu",
    "riscv64-linux-gnu",
    "s390x-linux-gnu",
    "x86_64-linux-gnu",
)

MODULE_DIRECTORIES = (
    "/lib/security",
    "/lib64/security",
    "/usr/lib/security",
    "/usr/lib64/security",
    "/usr/lib/pam",
    "/usr/lib64/pam",
    *(f"/lib/{triplet}/security" for triplet in _TRIPLETS),
    *(f"/usr/lib/{triplet}/security" for triplet in _TRIPLETS),
)
"""Where distributions keep service modules: a path there names the module we know."""


def import_module(name: str) -> ModuleType | None:
    """Return the Python module of a service module, or `None` if there is none of that name."""
    path = f"pamkit.modules.{name}"
    try:
        return __import__(path, fromlist=["MODULE"])
    except ModuleNotFoundError as missing:
        if missing.name == path:
            return None
        raise


def registry(extra: Mapping[str, Module] | None = None) -> Registry:
    """Return the registry of pamkit's own modules, with ``extra`` in front of them."""
    return Registry(import_module, directories=MODULE_DIRECTORIES, extra=extra)


def dialect_named(name: str | Dialect | None, root: str) -> Dialect:
    """Return a dialect by name; without one, the dialect of the system below ``root``.

    Raises `ValueError` for a name that is none.
    """
    if isinstance(name, Dialect):
        return name
    if name is None:
        from pamkit.stores.system import dialect_for

        return DIALECTS[dialect_for(root)]
    if name not in DIALECTS:
        from pamkit.policy.suggest import did_you_mean

        raise ValueError(f"there is no dialect `{name}`: {did_you_mean(name, DIALECTS)}")
    return DIALECTS[name]


def quirks_named(names: Iterable[str]) -> frozenset[str]:
    """Return quirks by name or name of a set; `ValueError` for a name that is none."""
    if isinstance(names, str):
        names = (names,)
    try:
        return quirks(names)
    except KeyError as unknown:
        from pamkit.policy.suggest import did_you_mean

        name = unknown.args[0]
        hint = did_you_mean(str(name), [*QUIRK_SETS, *QUIRKS])
        raise ValueError(f"there is no quirk `{name}`: {hint}") from None


def policy_source(
    root: str, confdir: str | None, pins: dict[str, int] | None = None
) -> PolicySource:
    """Return the policy files below a root; ``confdir`` is taken as it is.

    ``pins`` keeps directories open meanwhile (`stores.policy_files`), of the system's root only.
    """
    from pamkit.stores.policy_files import DiskSource
    from pamkit.stores.root import Root

    return DiskSource(Root(root), unrooted=confdir, pins=pins)


class Ground:
    """What all transactions with the same settings stand on: nothing in it is of one of them.

    ``load`` gives the policy of a service, ``tracks`` the walks that were made with it.
    """

    __slots__ = ("_native_first", "_tracks", "dialect", "load", "names", "quirks", "registry")

    def __init__(
        self,
        *,
        confdir: str | None,
        root: str,
        dialect: str | Dialect | None,
        quirks: Iterable[str],
        modules: Mapping[str, Module] | None,
        preference: Preference | None,
        source: PolicySource | None,
        policies: PolicyCache | None,
    ) -> None:
        """Work out what the settings mean; `ValueError` for one that does not exist."""
        self.quirks = quirks_named(quirks)
        self.dialect = dialect_named(dialect, root)
        self.registry = registry(modules)
        self.load = _loader(root, confdir, source, self.dialect, self.quirks, policies)
        self.names: dict[str, str] = {}
        """What is asked for as a service, and the name that it has."""
        self._native_first = None if preference is None else preference.native_first
        self._tracks: dict[str, Tracks] = {}

    def name(self, service: str) -> str:
        """Return the name of the service that is asked for; raises `PolicyError` if none is."""
        name = self.names.get(service)
        if name is None:
            name = service_name(service, self.quirks)
            if len(self.names) >= _MOST_SERVICES:
                self.names.clear()
            self.names[service] = name
        return name

    def tracks(self, name: str, compiled: Compiled) -> Tracks:
        """Return the walks that were made with the policy of a service."""
        known = self._tracks.get(name)
        if known is None or known.compiled is not compiled:
            counts = self.dialect.jump_counts
            known = Tracks(compiled, self.registry, self._native_first, jump_counts=counts)
            if len(self._tracks) >= _MOST_SERVICES:
                self._tracks.clear()
            self._tracks[name] = known
        return known


_MOST_SERVICES = 256
_MOST_GROUNDS = 16
"""How many are kept; a program with more makes them anew."""

_grounds: dict[Hashable, Ground] = {}


def ground(
    *,
    confdir: str | None = None,
    root: str = "/",
    dialect: str | Dialect | None = None,
    quirks: Iterable[str] = (),
    modules: Mapping[str, Module] | None = None,
    preference: Preference | None = None,
    source: PolicySource | None = None,
    policies: PolicyCache | None = None,
) -> Ground:
    """Return what transactions with these settings share.

    ``preference`` says for which modules another is wanted than the one in Python.  Raises
    `ValueError` for settings that do not exist.
    """
    chosen = quirks if isinstance(quirks, (str, tuple, frozenset)) else tuple(quirks)
    # What the settings mean on the system's own root stays; a source may be anything.
    is_lasting = source is None and root == "/"
    extra = None if modules is None else tuple(modules.items())
    key = (confdir, dialect, chosen, extra, preference, policies)
    known = _grounds.get(key) if is_lasting else None
    if known is not None:
        return known
    made = Ground(
        confdir=confdir,
        root=root,
        dialect=dialect,
        quirks=chosen,
        modules=modules,
        preference=preference,
        source=source,
        policies=policies,
    )
    if is_lasting:
        if len(_grounds) >= _MOST_GROUNDS:
            _grounds.clear()
        _grounds[key] = made
    return made


def core(
    service: str,
    user: str | None = None,
    *,
    root: str = "/",
    world: World | None = None,
    watch: Callable[[Primitive, Step], object] | None = None,
    audit: Callable[[Run], object] | None = None,
    log: Callable[[int, str], object] | None = None,
    natives: Natives | None = None,
    keeper: Keeper | None = None,
    on: Ground | None = None,
    **settings: Any,
) -> Core:
    """Return the core of a new transaction.

    It stands ``on`` a ground, or on that of the other ``settings`` (see `ground`).

    Raises `PolicyError` if there is no usable policy, `PamError` for a name with a NUL, and
    `ValueError` for settings that do not exist.
    """
    # What comes first may be each transaction's own matter: then its walks are as well.
    is_shared = on is not None or natives is None or "preference" in settings
    if on is None:
        on = ground(root=root, **settings)
    if user is not None and "\0" in user:
        raise PamError(ReturnCode.BAD_ITEM, "the user name holds a NUL byte")
    if world is None:
        from pamkit.stores.system import system_world

        world = system_world(root)
    if log is not None:
        from pamkit.stores.log import CallingLog

        world = world.changed(log=CallingLog(log))
    return Core(
        Handle(on.name(service), user),
        load=on.load,
        registry=on.registry,
        world=world,
        dialect=on.dialect,
        quirks=on.quirks,
        watch=watch,
        audit=audit,
        natives=natives,
        keeper=keeper,
        tracks=on.tracks if is_shared and walks_on_tracks(on.dialect, on.quirks) else None,
    )


def _loader(
    root: str,
    confdir: str | None,
    source: PolicySource | None,
    dialect: Dialect,
    chosen: frozenset[str],
    policies: PolicyCache | None,
) -> Callable[[str], Compiled]:
    """Return what gives the policy of a service; those of this machine are kept."""
    layout = Layout(confdir=confdir)

    def read(name: str, files: PolicySource) -> Compiled:
        return compiled(resolve(name, files, layout=layout, dialect=dialect, quirks=chosen))

    if source is not None or root != "/":
        files = source or policy_source(root, confdir)
        return lambda name: read(_checked(name, chosen), files)
    from pamkit.stores.policy_cache import shared_policies

    kept = policies or shared_policies()

    def load(name: str) -> Compiled:
        name = _checked(name, chosen)
        key = (name, confdir, dialect, chosen)
        return kept.load(
            key,
            lambda pins: policy_source(root, confdir, pins),
            lambda files: read(name, files),
        )

    return load


def _checked(name: str, chosen: frozenset[str]) -> str:
    """A service set later is not cut by libpam; without the quirk it may hold no path."""
    return name if "service-path" in chosen else service_name(name, chosen)
