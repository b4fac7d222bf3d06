"""Transactions with real modules that read files and look up accounts, and check no password."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from bench.speed import stock
from bench.speed.benchmark import Benchmark, Figure, Judged
from bench.speed.build import CannotBuild
from bench.speed.place import DENY, Place, why_not
from bench.speed.worker import Work, Workers, command_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench.speed.benchmark import Effort, Row

USER = "bench"
PEERS = ("C", "pamela", "pamkit", "pamkit async")
KEYS = "Debian's services without their passwords: account, credentials, session"
FILES = "one after the other: modules that read files, `other` of four lines"

SERVICES = ("sshd", "cron", "su", "login")

SINGLE = {
    "pam_unix": "account required pam_unix.so\n",
    "pam_nologin": "account required pam_nologin.so successok\n",
    "pam_access": "account required pam_access.so\n",
    "pam_time": "account required pam_time.so\n",
    "pam_succeed_if": "account required pam_succeed_if.so quiet uid >= 1000\n",
    "pam_env": "session required pam_env.so readenv=1\n",
    "pam_limits": "session required pam_limits.so\n",
}
"""Modules by name, each with its line; all together stand in the service `files`."""


def measure(effort: Effort) -> Iterator[Row | str]:
    """Yield the figures."""
    if (why := why_not()) is not None:
        yield f"everything: {why}"
        return
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        scratch.chmod(0o755)
        try:
            for group in (KEYS, FILES):
                yield from _group(scratch, group, effort)
        except (CannotBuild, OSError) as error:
            yield f"the rest: {error}"


def _group(scratch: Path, group: str, effort: Effort) -> Iterator[Row | str]:
    place = Place(scratch / ("keys" if group is KEYS else "files"))
    if group is KEYS:
        place.write_policies({name: _quiet(text) for name, text in stock.policies().items()})
        work = {service: Work(service, "mcoxd", USER) for service in SERVICES}
    else:
        place.write_policies(
            {"other": DENY, "files": "".join(SINGLE.values())}
            | {f"only-{module}": line for module, line in SINGLE.items()}
        )
        work = {f"all {len(SINGLE)}": Work("files", "mox", USER)}
        for module, line in SINGLE.items():
            calls = "m" if line.startswith("account") else "ox"
            work[module] = Work(f"only-{module}", calls, USER)
    _lay_account(place)
    place.settle()
    with Workers({peer: command_of(peer, place, scratch) for peer in PEERS}) as workers:
        yield from workers.left_out
        for name, asked in work.items():
            yield from workers.rows(group, name, asked, effort)


def _quiet(policy: str) -> str:
    """Leave out the line of pam_motd that starts programs: they would be all that is measured."""
    lines = policy.splitlines(keepends=True)
    return "".join(line for line in lines if "pam_motd.so" not in line or "noupdate" in line)


def _lay_account(place: Place) -> None:
    """Lay an account over the machine's, and empty files over its records of logins."""
    for path, line, mode in (
        ("/etc/passwd", f"{USER}:x:61234:61234::/home/{USER}:/bin/sh\n", 0o644),
        ("/etc/group", f"{USER}:x:61234:\n", 0o644),
        ("/etc/shadow", f"{USER}:*:20000:0:99999:7:::\n", 0o600),
    ):
        place.lay(path, Path(path).read_text() + line, mode=mode)
    for path in ("/dev/log", "/var/log/lastlog", "/var/log/wtmp", "/run/utmp"):
        if Path(path).exists():
            place.lay(path, "")


ACCOUNT = """
Logins as cron makes them, and sshd for who came with a key: start, acct_mgmt, setcred
(establish), open_session, close_session, setcred (delete), end; with the modules that really
stand in Debian's policies, for an account of /etc/passwd. No password is checked, so no hash
hides the rest. The line of pam_motd that runs the programs of update-motd.d is left out: it would
be all that is seen. Below that, modules one by one, on a policy that holds nothing else.

In C the modules and what they are linked with are loaded and unloaded each time, and that is most
of the time; then they read their files, and each of them looks the user up again. pamkit looks at
each file each time, since what it says counts at this moment, and reads it again if it is another
or was changed, however short a time ago. That is one stat for a table below /etc or a directory of
such tables, and two for an account. An account is kept only where it stands in passwd(5) and
nsswitch.conf(5) has `files` first: users of other sources are asked for each time. So this table
is about users who come again, as they do to a resident program. Read each time is what is a
user's own or kept from anybody, as shadow(5) is, and what the kernel tells below /proc.

What is left is the engine, the modules' own Python, and the system calls that change something or
ask for what changes by itself, which are those of C: limits, keyrings, users, records of logins,
lines for the log. They are the physical limit.
"""


def _limits(group: str, names: tuple[str, ...], says: str) -> Judged:
    return Judged(
        says,
        tuple(Figure(group, name, "pamkit") for name in names),
        beside=tuple(Figure(group, name, "C") for name in names),
        at_most=1 / 2,
    )


BENCHMARK = Benchmark(
    name="real_work",
    title="With real modules",
    order=12,
    measure=measure,
    account=ACCOUNT,
    judged=(
        _limits(KEYS, ("sshd",), "sshd, against C"),
        _limits(KEYS, ("cron",), "cron, against C"),
        _limits(KEYS, ("su",), "su, against C"),
        _limits(KEYS, ("login",), "login, against C"),
        _limits(FILES, (f"all {len(SINGLE)}",), "seven modules that read files, against C"),
    ),
)
