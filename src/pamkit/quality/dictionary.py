"""The dictionary check with the files of this machine, and whoever runs this process."""

from __future__ import annotations

from pamkit.formats.cracklib_dictionary import CracklibDictionary
from pamkit.formats.cracklib_rules import NO_DICTIONARY, dictionary_remark
from pamkit.formats.passwd import bytes_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.module.world import Files, World
    from pamkit.vocab.secret import Secret

DICTIONARIES = (
    "/var/cache/cracklib/cracklib_dict",
    "/usr/share/cracklib/pw_dict",
    "/usr/lib/cracklib_dict",
)
"""Where cracklib is built to look: Debian and its kin, all others, and cracklib of old."""

_LARGEST = 1 << 26
"""Bytes of a dictionary."""


def word_remark(world: World, password: Secret, path: str = "") -> str:
    """Return why a password is based on a word, in cracklib's words, or `""`.

    ``path`` is the dictionary without the ends of its files, `""` the machine's own.  Without a
    dictionary that can be read no password is any good.
    """
    try:
        words = _dictionary(world.files, path)
        account = world.accounts.by_uid(world.process.uid())
        own = None if account is None else (bytes_of(account.name), bytes_of(account.gecos))
        return dictionary_remark(password, words, own)
    except (OSError, ValueError):
        return NO_DICTIONARY


def _dictionary(files: Files, path: str) -> CracklibDictionary:
    if not path:
        path = next((each for each in DICTIONARIES if files.exists(f"{each}.pwi")), "")
    index = files.read(f"{path}.pwi", limit=_LARGEST)
    return CracklibDictionary(index, files.read(f"{path}.pwd", limit=_LARGEST))
