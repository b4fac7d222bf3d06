"""Libraries are put into a directory of their own, and what is the system's is let be."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp

import pytest

from pamkit.native.core_path import LONGEST, MARK, ROOM, core_path, with_core_path
from pamkit.native.install import install, instructions
from pamkit.native.place import build_directory, find_libraries, is_complete, unreachable, unsafe
from pamkit.native.problem import Problem
from pamkit.native.recipe import HEADERS, LIBRARIES
from pamkit.native.stamp import stamp_of

from .stand_in import build_stand_ins, write_sources

PREFIX = Path("/usr/local/lib/pamkit")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("install")
    return build_stand_ins(write_sources(directory / "c"), directory / "built")


@pytest.fixture
def open_directory() -> Iterator[Path]:
    """Return a directory that others can reach; those of pytest they cannot."""
    directory = Path(mkdtemp(prefix="pamkit-test-"))
    directory.chmod(0o755)
    yield directory
    rmtree(directory)


@pytest.mark.needs("cc")
def test_all_that_belongs_together_is_installed(built: Path, tmp_path: Path) -> None:
    target = install(built, PREFIX, root=tmp_path)
    assert target == tmp_path / "usr/local/lib/pamkit"
    names = {str(path.relative_to(target)) for path in target.rglob("*") if not path.is_dir()}
    headers = {f"include/security/{path.name}" for path in (HEADERS / "security").iterdir()}
    libraries = {row.file for row in LIBRARIES} | {"libpam.so", "libpam_misc.so", "libpamc.so"}
    pkgconfig = {f"pkgconfig/{name}.pc" for name in ("pam", "pam_misc", "pamc")}
    assert names == headers | libraries | pkgconfig | {"built-from"}
    assert is_complete(target)
    assert stamp_of(target) == stamp_of(built)


@pytest.mark.needs("cc")
def test_modes_do_not_depend_on_the_umask(built: Path, tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        target = install(built, PREFIX, root=tmp_path)
    finally:
        os.umask(before)
    modes = {path.stat().st_mode & 0o7777 for path in target.rglob("*") if path.is_file()}
    assert modes == {0o644}
    modes = {p.stat().st_mode & 0o7777 for p in (tmp_path / "usr").rglob("*") if p.is_dir()}
    assert modes == {0o755}


@pytest.mark.needs("cc")
def test_the_library_will_look_for_its_core_where_it_is_installed(
    built: Path, tmp_path: Path
) -> None:
    target = install(built, PREFIX, root=tmp_path)
    assert core_path((target / "libpam.so.0").read_bytes()) == f"{PREFIX}/pamkit-core.so"
    assert core_path((built / "libpam.so.0").read_bytes()) == f"{built}/pamkit-core.so"


@pytest.mark.needs("cc")
def test_what_is_installed_can_be_renewed(built: Path, tmp_path: Path) -> None:
    install(built, PREFIX, root=tmp_path)
    conf = tmp_path / "etc"
    conf.mkdir()
    (conf / "ld.so.conf").write_text("include ld.so.conf.d/*.conf\n")
    (conf / "ld.so.conf.d").mkdir()
    (conf / "ld.so.conf.d" / "00-pamkit.conf").write_text(f"{PREFIX}\n")
    target = install(built, PREFIX, root=tmp_path)
    assert not list(target.rglob(".*"))


@pytest.mark.needs("cc")
@pytest.mark.parametrize(
    "prefix",
    [
        "/usr/lib",
        "/lib",
        "/usr/lib/x86_64-linux-gnu",
        "/usr/local/lib",
        "/opt/listed",
        "/opt/alias",
    ],
)
def test_a_prefix_where_programs_look_by_themselves_is_refused(
    built: Path, tmp_path: Path, prefix: str
) -> None:
    for directory in ("usr/lib/x86_64-linux-gnu", "usr/local/lib", "etc", "opt/listed"):
        (tmp_path / directory).mkdir(parents=True)
    (tmp_path / "lib").symlink_to("usr/lib")
    (tmp_path / "opt/alias").symlink_to("../usr/lib")
    (tmp_path / "etc/ld.so.conf").write_text("/opt/listed # ours\n")
    with pytest.raises(Problem, match="programs look for libraries in"):
        install(built, Path(prefix), root=tmp_path)


@pytest.mark.needs("cc")
def test_a_libpam_of_somebody_else_s_is_let_be(built: Path, tmp_path: Path) -> None:
    other = tmp_path / "opt/pam/libpam.so.0"
    other.parent.mkdir(parents=True)
    other.write_bytes(b"\x7fELF of somebody else's")
    with pytest.raises(Problem, match="is somebody else's: it is not overwritten"):
        install(built, Path("/opt/pam"), root=tmp_path)
    assert other.read_bytes() == b"\x7fELF of somebody else's"


@pytest.mark.parametrize(
    "prefix", ["lib/pamkit", "/opt/my pam", "/opt/a:b", "/opt/$LIB", "/opt/../lib", "/opt/a\nb"]
)
def test_an_unfit_prefix_is_refused(tmp_path: Path, prefix: str) -> None:
    with pytest.raises(Problem, match="is unfit"):
        install(tmp_path, Path(prefix), root=tmp_path)


def test_a_prefix_that_is_too_long_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="too long for a library"):
        install(tmp_path, Path("/opt/" + "a" * 250), root=tmp_path)


@pytest.mark.needs("cc", "root")
def test_a_place_that_others_could_write_to_is_refused(built: Path, open_directory: Path) -> None:
    open_directory.chmod(0o777)
    prefix = open_directory / "pamkit"
    with pytest.raises(Problem, match=r"others could change what is installed: .* mode 0777"):
        install(built, prefix, root=Path("/"))
    open_directory.chmod(0o755)
    assert install(built, prefix, root=Path("/")) == prefix


@pytest.mark.needs("cc", "root")
def test_a_program_is_compiled_against_what_is_installed_and_runs(
    built: Path, open_directory: Path
) -> None:
    prefix = open_directory / "pamkit"
    install(built, prefix, root=Path("/"))
    said = {
        key: value.replace("${prefix}", str(prefix)).replace("${includedir}", f"{prefix}/include")
        for key, _, value in (
            line.partition(": ") for line in (prefix / "pkgconfig/pam.pc").read_text().splitlines()
        )
    }
    assert said["Version"].startswith("1.7")
    words = (said["Cflags"] + " " + said["Libs"].replace("${libdir}", str(prefix))).split()
    source = (
        "#include <security/pam_appl.h>\n"
        "int main(void) { return pam_strerror(0, 0)[0] == 's' ? 7 : 0; }\n"
    )
    program = open_directory / "program"
    command = ["cc", "-x", "c", "-", "-o", str(program), "-x", "none", *words]
    subprocess.run(command, input=source, text=True, check=True)
    done = subprocess.run([program], env={"LD_LIBRARY_PATH": str(prefix)}, check=False)
    assert done.returncode == 7


@pytest.mark.needs("cc", "root", "mount-namespace", "su")
def test_the_instructions_lead_all_programs_to_it_and_back(
    built: Path, open_directory: Path
) -> None:
    """Play them in a mount namespace, with a linker's cache of its own over the system's."""
    prefix = open_directory / "pamkit"
    install(built, prefix, root=Path("/"))
    assert f"echo {prefix} > /etc/ld.so.conf.d/00-pamkit.conf && ldconfig" in instructions(prefix)
    script = f"""
        set -e
        export PATH=/usr/sbin:/usr/bin:/sbin:/bin
        mkdir {open_directory}/conf
        cp -R /etc/ld.so.conf.d/. {open_directory}/conf
        cp /etc/ld.so.cache {open_directory}/cache
        mount --bind {open_directory}/conf /etc/ld.so.conf.d
        mount --bind {open_directory}/cache /etc/ld.so.cache
        echo {prefix} >/etc/ld.so.conf.d/00-pamkit.conf
        ldconfig -C {open_directory}/new && cat {open_directory}/new >/etc/ld.so.cache
        ldd $(command -v su) | grep libpam.so.0
        rm /etc/ld.so.conf.d/00-pamkit.conf
        ldconfig -C {open_directory}/new && cat {open_directory}/new >/etc/ld.so.cache
        ldd $(command -v su) | grep libpam.so.0
    """
    done = subprocess.run(
        ["unshare", "--mount", "--propagation", "private", "sh", "-c", script],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    with_us, without = [line.split(" => ")[1] for line in done.stdout.splitlines() if "=>" in line]
    assert with_us.startswith(f"{prefix}/libpam.so.0 ")
    assert not without.startswith(str(open_directory))


class TestThePathOfTheCore:
    def test_a_path_is_written_into_its_room_and_nowhere_else(self) -> None:
        before = b"front" + MARK + bytes(ROOM) + b"back"
        after = with_core_path(before, Path("/opt/core.so"))
        assert len(after) == len(before)
        assert core_path(before) == ""
        assert core_path(after) == "/opt/core.so"
        assert (after[:5], after[-4:]) == (b"front", b"back")

    def test_a_shorter_path_leaves_nothing_of_the_longer_one(self) -> None:
        library = with_core_path(MARK + bytes(ROOM), Path("/a/very/long/path/core.so"))
        assert with_core_path(library, Path("/x")) == MARK + b"/x".ljust(ROOM, b"\0")

    def test_the_longest_path_still_ends_with_a_nul(self) -> None:
        longest = Path("/" + "a" * (LONGEST - 1))
        assert with_core_path(MARK + bytes(ROOM), longest)[-1:] == b"\0"
        with pytest.raises(Problem, match=f"expected at most {LONGEST}"):
            with_core_path(MARK + bytes(ROOM), Path(f"{longest}a"))

    def test_a_path_that_depends_on_where_one_stands_is_refused(self) -> None:
        with pytest.raises(Problem, match="is no absolute path"):
            with_core_path(MARK + bytes(ROOM), Path("core.so"))

    @pytest.mark.parametrize(
        "library",
        [
            MARK,
            MARK + bytes(ROOM - 1),
            MARK + b"/a\0b".ljust(ROOM, b"\0"),
            (MARK + bytes(ROOM)) * 2,
        ],
    )
    def test_a_library_without_one_clear_room_is_refused(self, library: bytes) -> None:
        with pytest.raises(Problem):
            with_core_path(library, Path("/x"))

    def test_a_library_that_needs_no_core_stays_as_it_is(self) -> None:
        assert with_core_path(b"other", Path("/x")) == b"other"
        assert core_path(b"other") is None


class TestWhereLibrariesAre:
    def test_each_user_has_a_place_and_root_one_that_others_can_reach(self) -> None:
        assert build_directory({"HOME": "/h"}, uid=1) == Path("/h/.cache/pamkit/native")
        environment = {"HOME": "/h", "XDG_CACHE_HOME": "/c"}
        assert build_directory(environment, uid=1) == Path("/c/pamkit/native")
        assert build_directory(environment, uid=0) == Path("/var/cache/pamkit/native")
        relative = {"HOME": "/h", "XDG_CACHE_HOME": "c"}
        assert build_directory(relative, uid=1) == Path("/h/.cache/pamkit/native")

    def test_where_there_are_none_it_is_said_how_to_get_them(self, tmp_path: Path) -> None:
        with pytest.raises(Problem, match="there are no native libraries in") as said:
            find_libraries({"HOME": str(tmp_path)}, uid=1)
        assert "help: run `pamkit native build`" in str(said.value)

    @pytest.mark.needs("cc")
    def test_what_was_built_of_other_sources_is_not_taken(
        self, built: Path, tmp_path: Path
    ) -> None:
        place = tmp_path / "pamkit" / "native"
        place.parent.mkdir()
        place.symlink_to(built)
        environment = {"XDG_CACHE_HOME": str(tmp_path)}
        assert find_libraries(environment, uid=1) == place
        place.unlink()
        place.mkdir()
        for path in built.iterdir():
            (place / path.name).symlink_to(path)
        (place / "built-from").unlink()
        (place / "built-from").write_text("older\n")
        with pytest.raises(Problem, match="were built from other sources"):
            find_libraries(environment, uid=1)

    @pytest.mark.needs("root")
    def test_whoever_could_change_a_file_is_named(self, open_directory: Path) -> None:
        file = open_directory / "below" / "file"
        file.parent.mkdir()
        file.touch()
        file.chmod(0o644)
        file.parent.chmod(0o755)
        assert unsafe(file) == ()
        file.chmod(0o666)
        assert unsafe(file) == (f"`{file}` can be written by others; mode 0666",)
        file.chmod(0o644)
        os.chown(file.parent, 5, 5)
        assert unsafe(file) == (f"`{file.parent}` belongs to user 5; expected root",)
        link = open_directory / "link"
        link.symlink_to("below/file")
        assert unsafe(link) == (f"`{file.parent}` belongs to user 5; expected root",)

    def test_a_closed_directory_above_is_named(self, open_directory: Path) -> None:
        below = open_directory / "closed" / "below"
        below.mkdir(parents=True)
        below.chmod(0o755)
        below.parent.chmod(0o755)
        assert unreachable(below) == ""
        below.parent.chmod(0o700)
        assert unreachable(below) == str(below.parent)
