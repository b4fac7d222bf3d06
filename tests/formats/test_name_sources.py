"""Which settings say that passwd(5) is asked before anything else."""

import pytest

from pamkit.formats.name_sources import asks_files_first

_CASES = {
    "passwd: files": True,
    "passwd:files": True,
    "passwd:\tfiles systemd # the rest\ngroup: sss\n": True,
    "# passwd: sss\npasswd: files sss [NOTFOUND=return]\n": True,
    "passwd: sss files": False,
    "passwd: compat": False,
    "passwd: filesystem": False,
    "passwd: files [SUCCESS=continue] sss": False,
    "passwd: files[SUCCESS=continue] sss": False,
    "passwd: files\npasswd: sss\n": False,
    "passwd: files\npasswd_compat: nis\n": False,
    " passwd: files": False,
    "passwd : files": False,
    "passwd files": False,
    "passwd:": False,
    "passwd: # files": False,
    "#passwd: files": False,
    "group: files\n": False,
    "": False,
}


@pytest.mark.parametrize("settings", _CASES)
def test_it_has_to_be_said_in_so_many_words(settings: str) -> None:
    assert asks_files_first(settings.encode()) is _CASES[settings]
