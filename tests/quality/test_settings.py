import pytest

from pamkit.formats.quality_settings import QualitySettings
from pamkit.quality.settings import DIRECTORY, FILE, read_settings
from pamkit.testing.files import MemoryFiles

_DEFAULTS = QualitySettings()


def _read(files: dict[str, bytes | str | OSError]) -> tuple[QualitySettings, tuple[str, ...]]:
    return read_settings(MemoryFiles(files))


def test_without_files_the_defaults_count() -> None:
    assert _read({}) == (_DEFAULTS, ())


def test_files_beside_it_count_by_name_and_the_file_itself_last() -> None:
    files: dict[str, bytes | str | OSError] = {
        f"{DIRECTORY}/2.conf": "minlen = 12\nretry = 2\ndifok = 2\n",
        f"{DIRECTORY}/1.conf": "minlen = 11\nminclass = 1\n",
        f"{DIRECTORY}/3.off": "maxrepeat = 1\n",
        FILE: "retry = 3\n",
    }
    assert _read(files) == (_DEFAULTS.changed(minlen=12, minclass=1, difok=2, retry=3), ())


@pytest.mark.parametrize("vendor", ["/usr/lib/security", "/usr/etc/security"])
def test_the_distributions_files_count_where_the_administrator_has_none(vendor: str) -> None:
    theirs: dict[str, bytes | str | OSError] = {
        f"{vendor}/pwquality.conf": "minlen = 10\nretry = 2\n",
        f"{vendor}/pwquality.conf.d/1.conf": "difok = 2\n",
        f"{vendor}/pwquality.conf.d/2.conf": "minclass = 2\n",
    }
    expected = _DEFAULTS.changed(minlen=10, retry=2, difok=2, minclass=2)
    assert _read(theirs) == (expected, ())
    ours = theirs | {FILE: "minlen = 12\n", f"{DIRECTORY}/1.conf": "difok = 3\n"}
    assert _read(ours) == (_DEFAULTS.changed(minlen=12, difok=3, minclass=2), ())


@pytest.mark.parametrize("path", [FILE, f"{DIRECTORY}/1.conf", "/usr/lib/security/pwquality.conf"])
def test_settings_that_cannot_be_read_are_an_error(path: str) -> None:
    with pytest.raises(PermissionError):
        _read({path: PermissionError(13, "Permission denied")})


def test_what_is_wrong_in_every_file_is_told() -> None:
    _, problems = _read({f"{DIRECTORY}/1.conf": "x = 1\n", FILE: "minlen = y\n"})
    assert problems == ("Unknown setting - x", "Bad integer value of setting - minlen")
