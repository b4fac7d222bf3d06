"""What a driver performs effects with, in memory: programs that were not started."""

from __future__ import annotations

from pamkit.testing.hashing import PlainHashing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.module.program import Finished, Run
    from pamkit.module.registry import Module


class StandInOutside:
    """Performs effects without the outside: plain hashes, scripted programs, no waiting."""

    def __init__(self, hashing: PlainHashing | None = None) -> None:
        """Hash with ``hashing``."""
        self._hashing = hashing or PlainHashing()
        self.slept: list[float] = []
        self.ran: list[Run] = []
        self.results: list[Finished | OSError] = []
        """What the next programs end with, in order."""
        self.files: dict[str, Module | str] = {}
        """The modules in files of Python, by path."""

    def crypt(self, token: bytes, setting: str) -> str | None:
        """Return the hash."""
        return self._hashing.crypt(token, setting)

    def run(self, effect: Run) -> Finished:
        """Note the program and end it as scripted."""
        self.ran.append(effect)
        if not self.results:
            raise AssertionError(f"`{effect.argv[0]}` was run, and no result was scripted")
        result = self.results.pop(0)
        if isinstance(result, OSError):
            raise result
        return result

    def start(self, run: Run) -> StandInProgram:
        """Note the program; it ends as scripted, and says what it has to say in one piece."""
        return StandInProgram(self.run(run))

    def sleep(self, seconds: float) -> None:
        """Note the time and go on at once."""
        self.slept.append(seconds)

    def bring(self, path: str) -> Module | str:
        """Return the module that was scripted for a path."""
        return self.files.get(path, f"{path}: no such file or directory")


class StandInProgram:
    """A program that was started and has come to its scripted end."""

    def __init__(self, finished: Finished) -> None:
        """End as given; the output comes first."""
        self._left: list[bytes | Finished] = [finished.changed(output=b"")]
        if finished.output:
            self._left.insert(0, finished.output)
        self.closed = False

    def listen(self) -> bytes | Finished:
        """Return what it says next."""
        return self._left.pop(0)

    def close(self) -> None:
        """Note that nobody listens any more."""
        self.closed = True
