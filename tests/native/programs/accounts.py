"""The accounts of the private machine: who they are, what they know, what is wrong with them."""

from __future__ import annotations

import time
from pathlib import Path
from typing import NamedTuple

TODAY = int(time.time()) // 86400

ROOT_PASSWORD = "toor-toor-1"
PASSWORD = "wonderland-7"
WRONG = "not-my-secret-3"
NEW_PASSWORD = "Looking-Glass-2"

_HASH = {
    ROOT_PASSWORD: "$y$j9T$saltsalt1234567$s62gwlQ2BCH4u.1w.5l91.5xAMCi6UmoGCIGFUn62d3",
    PASSWORD: "$y$j9T$saltsalt1234567$F9dLgjII1VzHmbCukTtI4N9FsV2T80PE7po/oA0/rQ7",
}


class Account(NamedTuple):
    """One line in each of passwd, shadow and group."""

    name: str
    uid: int
    secret: str = _HASH[PASSWORD]
    changed: int = TODAY - 10
    ageing: str = "0:99999:7::"
    shell_path: str = "/bin/bash"


ACCOUNTS = (
    Account("alice", 2001),
    Account("bob", 2002),
    Account("gone", 2003, ageing="0:99999:7::1"),
    Account("stale", 2004, changed=0),
    Account("late", 2005, changed=TODAY - 200, ageing="0:100:7:30:"),
    Account("soon", 2006, changed=TODAY - 96, ageing="0:100:7::"),
    Account("locked", 2007, secret="!" + _HASH[PASSWORD]),
    Account("nokey", 2008, secret="*"),
    Account("empty", 2009, secret=""),
    Account("shellless", 2010, shell_path="/opt/not-a-shell"),
    Account("young", 2011, changed=TODAY, ageing="5:99999:7::"),
)

_ADDED_BY_CHECKS = frozenset({"carol"})


class Book(NamedTuple):
    """The account files as the machine had them, to start each check from."""

    passwd: str
    shadow: str
    group: str

    @classmethod
    def read(cls) -> Book:
        """Read what there is now."""
        return cls(*(Path("/etc", name).read_text() for name in cls._fields))

    def write(self) -> None:
        """Write what there was, with the accounts of the tests added."""
        ours = {"root"} | {account.name for account in ACCOUNTS} | _ADDED_BY_CHECKS
        passwd = [*_without(self.passwd, ours), "root:x:0:0:root:/root:/bin/bash"]
        shadow = _without(self.shadow, ours)
        shadow.append(f"root:{_HASH[ROOT_PASSWORD]}:{TODAY - 10}:0:99999:7:::")
        group = _without(self.group, ours - {"root"})
        for one in ACCOUNTS:
            home = f"/home/{one.name}"
            passwd.append(f"{one.name}:x:{one.uid}:{one.uid}:{one.name},,,:{home}:{one.shell_path}")
            shadow.append(f"{one.name}:{one.secret}:{one.changed}:{one.ageing}:")
            group.append(f"{one.name}:x:{one.uid}:")
        # Members of `sudo` may use sudo, by Debian's own sudoers.
        members = "alice,gone,stale"
        group = [line + members if line.startswith("sudo:") else line for line in group]
        for name, lines in (("passwd", passwd), ("shadow", shadow), ("group", group)):
            Path("/etc", name).write_text("".join(f"{line}\n" for line in lines))


def shadow_field(name: str, place: int = 1) -> str:
    """Give one field of the shadow line of `name`, as it is now."""
    for line in Path("/etc/shadow").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return line.split(":")[place]
    return ""


def _without(text: str, names: set[str]) -> list[str]:
    return [line for line in text.splitlines() if line.partition(":")[0] not in names]
