"""A full transaction: start, authenticate, setcred, acct_mgmt, open, close, end."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from bench.speed import stock
from bench.speed.benchmark import Benchmark, Figure, Judged, Plot
from bench.speed.build import CannotBuild
from bench.speed.place import FACILITIES, Place, why_not
from bench.speed.worker import C_PEERS, PYTHONS, Work, Workers, command_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench.speed.benchmark import Effort, Row

LINES = (1, 4, 10, 50, 200)
DISTINCT = (4, 50)
PEERS = (*C_PEERS, *PYTHONS)

PRIVATE = "modules that do nothing, `other` of four lines"
PERMIT = "`pam_permit` of both sides, `other` of four lines"
SHAPES = "shapes of policies, modules that do nothing, `other` of four lines"
TRUSTING = "pamkit, fresh_for=1"
WATCHING = "pamkit, watched"
PARTS = {
    "start, end": "-",
    "start, authenticate, end": "a",
    "start, authenticate, acct_mgmt, end": "am",
    "all of it": "acmox",
}

STOCK = "Debian's services, every module does nothing, Debian's `other`"


def measure(effort: Effort) -> Iterator[Row | str]:
    """Yield the figures."""
    if (why := why_not()) is not None:
        yield f"everything: {why}"
        return
    with tempfile.TemporaryDirectory() as scratch:
        try:
            yield from _private(Path(scratch), effort)
            yield from _stock(Path(scratch), effort)
        except (CannotBuild, OSError) as error:
            yield f"the rest: {error}"


def private_place(scratch: Path) -> Place:
    """Return the place of the policies that are made up."""
    scratch.chmod(0o755)
    place = Place(scratch / "private")
    distinct = [f"pam_nop{at}" for at in range(max(DISTINCT))]
    place.build_modules(
        ["pam_nop", *distinct], delays=["pam_delay"], real=["pam_permit", "pam_deny"]
    )
    place.write_policies(private_policies())
    return place


def private_policies() -> dict[str, str]:
    """Return the policies that are made up, by name."""
    found = {}
    for lines in LINES:
        found[f"nop{lines}"] = _repeated("{facility} required pam_nop.so\n", lines)
        found[f"permit{lines}"] = _repeated("{facility} required pam_permit.so\n", lines)
    for lines in DISTINCT:
        found[f"distinct{lines}"] = _repeated("{facility} required pam_nop{at}.so\n", lines)
    found["bracketed4"] = _repeated(
        "{facility} [success=ok new_authtok_reqd=ok ignore=ignore default=bad] pam_nop.so a b=c\n",
        4,
    )
    found["jumps"] = _repeated(
        "{facility} [success=1 default=ignore] pam_nop.so\n"
        "{facility} requisite pam_deny.so\n"
        "{facility} required pam_nop.so\n",
        2,
    )
    found["sub"] = _repeated("{facility} required pam_nop.so\n", 2)
    found["substacks"] = _repeated("{facility} substack sub\n{facility} required pam_nop.so\n", 2)
    found["delay"] = _repeated("{facility} optional pam_delay.so\n", 1) + _repeated(
        "{facility} required pam_nop.so\n", 3
    )
    return found


def stock_place(scratch: Path) -> Place:
    """Return the place of Debian's services; `OSError` if there are none."""
    scratch.chmod(0o755)
    place = Place(scratch / "stock")
    policies = stock.policies()
    place.build_modules(stock.modules(policies.values()))
    place.write_policies(policies)
    return place


def _repeated(line: str, lines: int) -> str:
    return "".join(
        line.format(facility=facility, at=at) for facility in FACILITIES for at in range(lines)
    )


def _private(scratch: Path, effort: Effort) -> Iterator[Row | str]:
    place = private_place(scratch)
    place.settle()
    with Workers({peer: command_of(peer, place, scratch) for peer in PEERS}) as workers:
        yield from workers.left_out
        for group, stem in ((PRIVATE, "nop"), (PERMIT, "permit")):
            for lines in LINES:
                work = Work(f"{stem}{lines}")
                yield from workers.rows(group, _lines(lines), work, effort, at=lines)
        for service, name in (
            *((f"distinct{lines}", f"{lines} lines, {lines} modules") for lines in DISTINCT),
            ("bracketed4", "4 lines, brackets and arguments"),
            ("jumps", "6 lines, 2 jumps"),
            ("substacks", "4 lines, 2 substacks"),
            ("delay", "4 lines, delay asked for"),
        ):
            yield from workers.rows(SHAPES, name, Work(service), effort)
    yield from _parts(place, scratch, "nop4", "parts, four lines a facility", effort)


def _stock(scratch: Path, effort: Effort) -> Iterator[Row | str]:
    place = stock_place(scratch)
    place.settle()
    commands = {peer: command_of(peer, place, scratch) for peer in PEERS}
    commands[WATCHING] = command_of("pamkit", place, scratch, watched=True)
    with Workers(commands) as workers:
        yield from workers.left_out
        for service in stock.SERVICES:
            yield from workers.rows(STOCK, service, Work(service), effort)
    yield from _parts(place, scratch, "sshd", "parts, Debian's sshd", effort)


def _parts(
    place: Place, scratch: Path, service: str, group: str, effort: Effort
) -> Iterator[Row | str]:
    commands = {peer: command_of(peer, place, scratch) for peer in ("C", "C, no audit", "pamkit")}
    commands[TRUSTING] = command_of("pamkit", place, scratch, fresh_for=1)
    commands[WATCHING] = command_of("pamkit", place, scratch, watched=True)
    with Workers(commands) as workers:
        for name, calls in PARTS.items():
            yield from workers.rows(group, name, Work(service, calls), effort)


def _lines(lines: int) -> str:
    return f"{lines} line{'s' * (lines > 1)} a facility"


def _at(group: str, names: tuple[str, ...], peer: str) -> tuple[Figure, ...]:
    return tuple(Figure(group, name, peer) for name in names)


def _beside(
    says: str,
    group: str,
    names: tuple[str, ...],
    peer: str,
    at_most: float,
    *,
    ours: str = "pamkit",
) -> Judged:
    return Judged(says, _at(group, names, ours), beside=_at(group, names, peer), at_most=at_most)


ACCOUNT = f"""
Start, authenticate, setcred (establish), acct_mgmt, open_session, close_session, end; in one
process that does this all day. *N lines* are N in each of four facilities, so 5N calls of modules.
Everybody reads the same files by the same names, with default settings. Modules do nothing, so
that what is left is PAM itself: in C a shared object whose functions return success, in Python a
function that does. Each has a file of its own, as real modules have.

libpam reads, parses and maps everything at every start, the policy of `other` too; with Debian's
services most of its time is loading and unloading modules, and calling them is the least of it.
Debian's libpam also writes a record to the kernel's audit for every call, from root's processes.
pamkit writes none from a Python program (its C doors do), so there is a column for libpam that is
told that the kernel has no audit. *C, modules mapped* is a program that keeps the modules loaded by
itself; without audit that is the best that C can do.

pamkit keeps what it has read, and looks with one `stat` each whether the files of the policy and
their directory are what they were. The rest is calls of Python functions. The last tables show
the parts: a start and an end, with all that is looked at, and what a call adds. *{TRUSTING}* looks
once a second. *{WATCHING}* has the kernel watch the files (`PolicyCache(watched=True)`): two system
calls say that nothing has changed, however many files there are. *pamkit async* does many
transactions in one event loop.

The physical limit is the call of a Python function, 20 to 30 ns, where C pays 5: no cache makes
Python's dispatch faster than C's, and at 200 lines that is what is left of the difference. One
yescrypt check takes as long as some hundred of these transactions: a login with a password gains
nothing that a person could notice.
"""

BENCHMARK = Benchmark(
    name="transaction",
    title="A full transaction",
    order=10,
    measure=measure,
    account=ACCOUNT,
    judged=(
        _beside("Debian's services, against C", STOCK, stock.SERVICES, "C", 1 / 20),
        _beside(
            "Debian's services, files watched, against C",
            STOCK,
            stock.SERVICES,
            "C",
            1 / 20,
            ours=WATCHING,
        ),
        _beside("Debian's services, against pamela", STOCK, stock.SERVICES, "pamela", 1 / 25),
        _beside("four lines, against C", PRIVATE, (_lines(4),), "C", 1 / 8),
        _beside("four lines, against pamela", PRIVATE, (_lines(4),), "pamela", 1 / 10),
        _beside("200 lines, against C", PRIVATE, (_lines(200),), "C", 1 / 4.5),
        _beside(
            "four lines, against C with its modules kept mapped",
            PRIVATE,
            (_lines(4),),
            "C, modules mapped",
            2 / 3,
        ),
        _beside(
            "four lines, against C with its modules kept mapped and no audit",
            PRIVATE,
            (_lines(4),),
            "C, modules mapped, no audit",
            2 / 3,
        ),
    ),
    plots=(Plot("transaction", PRIVATE, "A full transaction", "lines a facility", "microseconds"),),
)
