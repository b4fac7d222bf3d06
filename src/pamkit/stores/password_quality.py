"""libpwquality, behind `world.Quality`."""

from __future__ import annotations

from pamkit.formats.passwd import bytes_of, text_of
from pamkit.stores.c_library import c_library

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.stores.root import Root
    from pamkit.vocab.secret import Secret


class LibPwquality:
    """The system's libpwquality, loaded when it is first needed; for any number of threads."""

    __slots__ = ("_root",)

    def __init__(self, root: Root) -> None:
        """Ask the library for the system's own ``root`` only: it knows no other."""
        self._root = root

    def check(
        self, settings: tuple[str, ...], new: Secret, old: Secret | None, user: str
    ) -> tuple[int, str] | None:
        """Return score, or a negative code, and the text for it; `None` if it cannot be asked."""
        if not self._root.is_system:
            return None
        words, name = [bytes_of(word) for word in settings], bytes_of(user)
        try:
            code, text = c_library.pwquality_check(
                words, new.expose(), None if old is None else old.expose(), name
            )
        except OSError:
            return None  # it is not there, or too old for a setting
        except ValueError:
            return None  # a NUL, which C would take for the end
        return code, text_of(text)
