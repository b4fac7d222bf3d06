"""Builds a transaction's core from settings: the only file that knows everyone."""

from __future__ import annotations

from pamkit.engine.footing import Footing
from pamkit.engine.handle import Handle, handle_for
from pamkit.engine.tracks import Tracks
from pamkit.engine.transaction import Core, walks_on_tracks
from pamkit.module.registry import Module, Registry
from pamkit.policy.compile import compiled_to_run
from pamkit.policy.dialect import DIALECT_NAMES, QUIRK_SETS, QUIRKS, Dialect, quirks
from pamkit.policy.dialect import dialect_named as dialect_of
from pamkit.policy.resolve import service_name
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


def registry(extra: Mapping[str, Module] | None = None, dialect: Dialect | None = None) -> Registry:
    """Return the registry of pamkit's own modules, with ``extra`` in front of them.

    They are those of the family that the dialect is of; without one, Linux'.
    """
    if dialect is not None and dialect.keywords:
        # DIALECT: a name means another module there.
        from pamkit.module.roster import ROSTERS, FamilyRegistry

        return FamilyRegistry(import_module, ROSTERS[dialect.name], extra=extra)
    return Registry(import_module, directories=MODULE_DIRECTORIES, extra=extra)


def dialect_named(name: str | Dialect | None, root: str) -> Dialect:
    """Return a dialect by name; without one, the dialect of the system below ``root``.

    Raises `ValueError` for a name that is none.
    """
    if isinstance(name, Dialect):
        return name
    if name is None:
        from pamkit.stores.system import dialect_for

        return dialect_of(dialect_for(root))
    if name not in DIALECT_NAMES:
        from pamkit.policy.suggest import did_you_mean

        raise ValueError(f"there is no dialect `{name}`: {did_you_mean(name, DIALECT_NAMES)}")
    return dialect_of(name)


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
    """What all transactions with the same settings stand on: nothing in it is of one of them."""

    __slots__ = (
        "_confdir",
        "_footing",
        "_kept",
        "_keys",
        "_layout",
        "_makes_world",
        "_native_first",
        "_opens",
        "_reads",
        "_root",
        "_source",
        "_tracks",
        "_world",
        "dialect",
        "names",
        "preference",
        "quirks",
        "registry",
        "tracks",
    )

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
        self._confdir, self._root, self._source = confdir, root, source
        self._layout = Layout(confdir=confdir)
        self.quirks = quirks_named(quirks)
        self.dialect = dialect_named(dialect, root)
        self.registry = registry(modules, self.dialect)
        self.preference = preference
        self._kept: PolicyCache | None = None
        if source is None and root == "/":
            from pamkit.stores.policy_cache import shared_policies

            self._kept = policies or shared_policies()
        self.names: dict[str, str] = {}
        """What is asked for as a service at a start, and the name that it has."""
        self._keys: dict[str, object] = {}
        self._native_first = None if preference is None else preference.native_first
        self._tracks: dict[str, Tracks] = {}
        on_tracks = walks_on_tracks(self.dialect, self.quirks)
        self.tracks: Callable[[str, Compiled], Tracks] | None = self.known if on_tracks else None
        """Returns the walks that were made with the policy of a service, if any are made."""
        self._world: Callable[[str], World] | None = None
        self._footing = Footing(self.load, self.registry, self.dialect, self.quirks)
        # Made once: each transaction is handed these.
        self._makes_world, self._opens, self._reads = self.world, self._pinned, self._read

    def name(self, service: str) -> str:
        """Return the name of the service that is asked for; raises `PolicyError` if none is."""
        name = self.names.get(service)
        if name is None:
            name = service_name(service, self.quirks, self.dialect)
            if len(self.names) >= _MOST_SERVICES:
                self.names.clear()
            self.names[service] = name
        return name

    def load(self, name: str) -> Compiled:
        """Return the policy of a service, which is kept if it is one of this machine.

        Raises `PolicyError` if there is none that can be used.
        """
        key = self._keys.get(name)
        if key is None:
            # C: a service that is set later is not cut by libpam: what was asked for at a start
            # under the same letters may be another.  Without the quirk it may hold no path.
            if "service-path" not in self.quirks:
                name = service_name(name, self.quirks, self.dialect)
            # Equal settings are equal keys, also of two grounds.
            meaning = (name, self._confdir, self.dialect, self.quirks)
            key = meaning if self._kept is None else self._kept.key(meaning)
            if len(self._keys) >= _MOST_SERVICES:
                self._keys.clear()
            self._keys[name] = key
        if self._kept is None:
            return self._read(name, self._source or policy_source(self._root, self._confdir))
        return self._kept.load(key, self._opens, self._reads, name)

    def _pinned(self, pins: dict[str, int]) -> PolicySource:
        return policy_source(self._root, self._confdir, pins)

    def _read(self, name: str, files: PolicySource) -> Compiled:
        return compiled_to_run(
            name, files, layout=self._layout, dialect=self.dialect, quirks=self.quirks
        )

    def known(self, name: str, compiled: Compiled) -> Tracks:
        """Return the walks that were made with the policy of a service."""
        known = self._tracks.get(name)
        if known is None or known.compiled is not compiled:
            counts = self.dialect.jump_counts
            known = Tracks(name, compiled, self.registry, self._native_first, jump_counts=counts)
            if len(self._tracks) >= _MOST_SERVICES:
                self._tracks.clear()
            self._tracks[name] = known
        return known

    def world(self) -> World:
        """Return the world that a transaction is in, unless it has another."""
        if self._world is None:
            from pamkit.stores.system import system_world

            self._world = system_world
        return self._world(self._root)

    def begin(
        self,
        service: str,
        user: str | None,
        world: World | None = None,
        watch: Callable[[Primitive, Step], object] | None = None,
        audit: Callable[[Run], object] | None = None,
        log: Callable[[int, str], object] | None = None,
        natives: Natives | Callable[[Core], Natives] | None = None,
        keeper: Keeper | None = None,
        tracks: Callable[[str, Compiled], Tracks] | None = None,
    ) -> Core:
        """Return the core of a new transaction; see `core`."""
        if user is not None and "\0" in user:
            raise PamError(ReturnCode.BAD_ITEM, "the user name holds a NUL byte")
        if log is not None:
            from pamkit.stores.log import CallingLog

            world = (world or self.world()).changed(log=CallingLog(log))
        name, dialect = self.names.get(service) or self.name(service), self.dialect
        return Core(
            self._footing,
            handle_for(dialect, name, user) if dialect.keywords else Handle(name, user),
            world or self._makes_world,
            watch,
            audit,
            natives,
            keeper,
            tracks,
        )


_MOST_SERVICES = 4096
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
    world: World | None = None,
    watch: Callable[[Primitive, Step], object] | None = None,
    audit: Callable[[Run], object] | None = None,
    log: Callable[[int, str], object] | None = None,
    natives: Natives | None = None,
    keeper: Keeper | None = None,
    **settings: Any,
) -> Core:
    """Return the core of a new transaction; the other ``settings`` are those of `ground`.

    Raises `PolicyError` if there is no usable policy, `PamError` for a name with a NUL, and
    `ValueError` for settings that do not exist.
    """
    on = ground(**settings)
    # What comes first may be each transaction's own matter: then its walks are as well.
    is_shared = natives is None or "preference" in settings
    tracks = on.tracks if is_shared else None
    return on.begin(service, user, world, watch, audit, log, natives, keeper, tracks)
