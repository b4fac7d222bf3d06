import pytest

from pamkit.module.configuration import directories, drop_ins, read_first, read_first_with_status
from pamkit.module.world import FileStatus
from pamkit.testing.files import MemoryFiles

_PATH = "/etc/security/x.conf"


def test_the_administrators_file_is_read_first() -> None:
    files = MemoryFiles({_PATH: "ours", "/usr/etc/security/x.conf": "theirs"})
    assert read_first(files, _PATH) == (_PATH, b"ours")


@pytest.mark.parametrize("vendor", ["/usr/etc", "/usr/share"])
def test_the_distributions_file_is_read_where_there_is_no_other(vendor: str) -> None:
    files = MemoryFiles({f"{vendor}/security/x.conf": "theirs"})
    assert read_first(files, _PATH) == (f"{vendor}/security/x.conf", b"theirs")


def test_without_any_file_there_is_none() -> None:
    assert read_first(MemoryFiles(), _PATH) is None


def test_a_file_that_cannot_be_read_is_not_replaced_by_another() -> None:
    files = MemoryFiles({_PATH: PermissionError(13, "x"), "/usr/etc/security/x.conf": "theirs"})
    with pytest.raises(PermissionError):
        read_first(files, _PATH)


def test_a_path_that_the_administrator_names_has_no_other_place() -> None:
    files = MemoryFiles({"/usr/etc/x.conf": "theirs"})
    assert read_first(files, "/srv/x.conf") is None


def test_a_file_is_read_together_with_its_status() -> None:
    vendor = "/usr/etc/security/x.conf"
    files = MemoryFiles({vendor: "theirs"})
    assert read_first_with_status(files, _PATH) == (vendor, FileStatus("file", size=6), b"theirs")
    files.files[_PATH] = b"ours"
    files.statuses[_PATH] = FileStatus("file", 0o666)
    assert read_first_with_status(files, _PATH) == (_PATH, FileStatus("file", 0o666), b"ours")
    assert read_first_with_status(MemoryFiles(), _PATH) is None


def test_a_file_that_cannot_be_read_with_its_status_is_named() -> None:
    vendor = "/usr/etc/security/x.conf"
    files = MemoryFiles({vendor: PermissionError(13, "x", b"x.conf")})
    with pytest.raises(PermissionError) as raised:
        read_first_with_status(files, _PATH)
    assert raised.value.filename == vendor


def test_drop_ins_are_those_of_all_places_by_name_and_the_administrators_hide_others() -> None:
    files = MemoryFiles(
        {
            "/etc/security/x.d/20-own.conf": "",
            "/etc/security/x.d/10-both.conf": "",
            "/etc/security/x.d/notes.txt": "",
            "/usr/etc/security/x.d/10-both.conf": "",
            "/usr/share/security/x.d/15-vendor.conf": "",
        }
    )
    expected = (
        "/etc/security/x.d/10-both.conf",
        "/usr/share/security/x.d/15-vendor.conf",
        "/etc/security/x.d/20-own.conf",
    )
    assert drop_ins(files, "/etc/security/x.d") == expected


@pytest.mark.parametrize(
    ("there", "expected"),
    [
        ((), ("/etc/skel",)),
        (("/etc/skel",), ("/etc/skel",)),
        (("/usr/share/skel",), ("/usr/share/skel",)),
        (("/usr/etc/skel", "/etc/skel"), ("/etc/skel", "/usr/etc/skel")),
    ],
)
def test_directories_are_those_that_are_there_the_administrators_first(
    there: tuple[str, ...], expected: tuple[str, ...]
) -> None:
    files = MemoryFiles({f"{path}/file": "" for path in there})
    assert directories(files, "/etc/skel") == expected


def test_a_directory_that_cannot_be_looked_at_is_there() -> None:
    class Closed(MemoryFiles):
        def status(self, path: str, *, follow: bool = True) -> FileStatus:
            raise PermissionError(13, "Permission denied", path)

    expected = ("/etc/skel", "/usr/etc/skel", "/usr/share/skel")
    assert directories(Closed(), "/etc/skel") == expected


def test_without_a_directory_there_are_no_drop_ins() -> None:
    assert drop_ins(MemoryFiles(), "/etc/security/x.d") == ()
