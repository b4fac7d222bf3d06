"""Keys in memory, with the end of each: what a test can look into, and hurry on."""

from __future__ import annotations

from pamkit.vocab.secret import Secret

_ENOKEY, _EKEYEXPIRED = 126, 127


class MemoryKey:
    """One key: its name, what is in it, and for how long it is good."""

    def __init__(self, name: str) -> None:
        """A key without anything in it."""
        self.name = name
        self.secret = Secret(b"")
        self.seconds = 0
        """How long it is good from when that was said; a test that lets time pass makes it 0."""


class MemoryKeys:
    """The keys of a session keyring, by number."""

    def __init__(self) -> None:
        """No key."""
        self.keys: dict[int, MemoryKey] = {}
        self.removed: list[str] = []
        """Names of the keys that were removed."""
        self.faults: dict[str, OSError] = {}
        """What is raised, by the name of the method."""

    def put(self, name: str, secret: Secret, *, seconds: int) -> int:
        """Make or fill a key."""
        self._fail("put")
        number = next((at for at, key in self.keys.items() if key.name == name), 0)
        number = number or 5000 + len(self.keys) + len(self.removed)
        key = self.keys.setdefault(number, MemoryKey(name))
        key.secret, key.seconds = Secret(secret.expose()), seconds
        return number

    def find(self, name: str) -> int:
        """Return the number of a key that is good."""
        self._fail("find")
        for number, key in self.keys.items():
            if key.name == name:
                self._good(number)
                return number
        raise OSError(_ENOKEY, "Required key not available")

    def read(self, key: int) -> Secret:
        """Return what is in a key."""
        self._fail("read")
        return Secret(self._good(key).secret.expose())

    def expire(self, key: int, *, seconds: int) -> None:
        """Let a key end after so many seconds."""
        self._fail("expire")
        self._good(key).seconds = seconds

    def remove(self, key: int) -> None:
        """Forget a key."""
        self._fail("remove")
        self.removed.append(self._good(key).name)
        del self.keys[key]

    def _good(self, number: int) -> MemoryKey:
        if number not in self.keys:
            raise OSError(_ENOKEY, "Required key not available")
        if self.keys[number].seconds < 1:
            raise OSError(_EKEYEXPIRED, "Key has expired")
        return self.keys[number]

    def _fail(self, what: str) -> None:
        if what in self.faults:
            raise self.faults[what]
