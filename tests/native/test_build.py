"""Libraries are built as the recipe says, from stand-ins for the real sources."""

import re
from pathlib import Path

import pytest

from pamkit.native.build import Plan, build
from pamkit.native.check import check
from pamkit.native.contents import BUILT_IN
from pamkit.native.core_path import core_path
from pamkit.native.elf import read_shared_object
from pamkit.native.problem import Problem
from pamkit.native.recipe import LIBRARIES, C, libraries
from pamkit.native.stamp import STAMP, stamp, stamp_of
from pamkit.native.toolchain import find_compiler, find_python
from pamkit.native.version_script import read_version_script

from .stand_in import ROWS, build_stand_ins, compiler, write_sources

pytestmark = pytest.mark.needs("cc")


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_sources(tmp_path_factory.mktemp("sources") / "c")


@pytest.fixture(scope="module")
def built(sources: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_stand_ins(sources, tmp_path_factory.mktemp("built"))


def wrong(directory: Path, sources: Path) -> dict[str, tuple[str, ...]]:
    found = check(directory, installed=False, sources=sources)
    return {what.subject: what.wrong for what in found if what.wrong}


def test_everything_is_built_and_nothing_else_is_left(built: Path) -> None:
    names = {path.name for path in built.iterdir()}
    assert names == {row.file for row in LIBRARIES} | {STAMP}
    assert {path.stat().st_mode & 0o7777 for path in built.iterdir()} == {0o644}
    assert stamp_of(built) == stamp()


def test_what_is_built_is_well(built: Path, sources: Path) -> None:
    assert wrong(built, sources) == {}


def test_the_library_knows_where_its_core_is(built: Path) -> None:
    assert core_path((built / "libpam.so.0").read_bytes()) == str(built / "pamkit-core.so")


def test_only_what_the_version_script_names_is_exported_in_its_node(built: Path) -> None:
    exported = read_shared_object(built / "libpam.so.0").exported
    assert exported["pam_authenticate"] == "STAND_IN_1.0"
    assert "stand_in_hidden" not in exported
    assert len(exported) == 5


def test_a_library_is_linked_with_the_one_just_built(built: Path) -> None:
    assert "libpam.so.0" in read_shared_object(built / "libpam_misc.so.0").needed


def test_the_caller_s_flags_come_last_and_count(sources: Path, tmp_path: Path) -> None:
    directory = build_stand_ins(sources, tmp_path, "-DSTAND_IN_GRANTS")
    assert any(
        "grants what pam_deny refuses" in s for s in wrong(directory, sources)["a transaction"]
    )


def test_a_library_that_ends_the_process_is_not_well(sources: Path, tmp_path: Path) -> None:
    directory = build_stand_ins(sources, tmp_path, "-DSTAND_IN_CRASHES")
    assert wrong(directory, sources)["a transaction"] == (
        "a transaction ends the process with signal 6",
    )


def test_each_way_of_being_unprotected_is_found(sources: Path, tmp_path: Path) -> None:
    weak = compiler("-Wno-nonnull").changed(
        link_flags=("-Wl,-z,execstack", "-Wl,-z,norelro", "-Wl,-z,lazy", "-Wl,-soname,other.so")
    )
    rows = libraries(("libpamc.so.0",))
    build(Plan(rows=rows, compiler=weak, python=None, sources=sources), tmp_path)
    found = " / ".join(wrong(tmp_path, sources)["libpamc.so.0"])
    for sentence in ("executable stack", "no full RELRO", "calls itself `other.so`"):
        assert sentence in found


def test_symbols_that_are_missing_or_too_many_are_found(
    built: Path, sources: Path, tmp_path: Path
) -> None:
    other = write_sources(tmp_path / "c")
    script = other / "libpam" / "libpam.map"
    script.write_text(script.read_text().replace("pam_end", "pam_begin"))
    assert wrong(built, other)["libpam.so.0"] == (
        "`pam_begin` is missing in `STAND_IN_1.0`",
        "`pam_end` is exported in `STAND_IN_1.0`",
    )


def test_what_is_no_library_is_found(built: Path, sources: Path, tmp_path: Path) -> None:
    for row in LIBRARIES[1:]:
        (tmp_path / row.file).symlink_to(built / row.file)
    for content in (b"", b"\x7fELF", b"words\n" * 100, (built / "libpam.so.0").read_bytes()[:3000]):
        (tmp_path / "libpam.so.0").write_bytes(content)
        assert "is no 64-bit shared object" in wrong(tmp_path, sources)["libpam.so.0"][0]


def test_what_the_compiler_says_is_passed_on_and_nothing_is_put_in_place(tmp_path: Path) -> None:
    sources = write_sources(tmp_path / "c")
    (sources / "libpamc" / "broken.c").write_text("int broken(void) { return missing; }\n")
    with pytest.raises(Problem, match="'missing' undeclared") as said:
        build_stand_ins(sources, tmp_path / "built")
    assert "help: the compiler is `cc`" in str(said.value)
    assert list((tmp_path / "built").iterdir()) == []


def test_with_strict_a_warning_is_an_error(tmp_path: Path) -> None:
    sources = write_sources(tmp_path / "c")
    (sources / "libpamc" / "odd.c").write_text("static int odd(void) { return 1; }\n")
    plan = Plan(
        rows=libraries(("libpamc.so.0",)), compiler=compiler(), python=None, sources=sources
    )
    build(plan, tmp_path / "built")
    with pytest.raises(Problem, match="defined but not used"):
        build(plan.changed(strict=True), tmp_path / "built")


def test_something_undefined_does_not_link(tmp_path: Path) -> None:
    sources = write_sources(tmp_path / "c")
    (sources / "libpamc" / "open.c").write_text(
        "int nowhere(void);\nint f(void);\nint f(void) { return nowhere(); }\n"
    )
    with pytest.raises(Problem, match="undefined reference to `nowhere'"):
        build_stand_ins(sources, tmp_path / "built", rows=(ROWS[2],))


def test_a_library_without_sources_is_named(tmp_path: Path) -> None:
    with pytest.raises(Problem, match=r"`libpam.so.0` has no source"):
        build_stand_ins(tmp_path, tmp_path / "built")


def test_a_row_brings_what_it_needs() -> None:
    assert [row.file for row in libraries(("libpam_misc.so.0",))] == [
        "libpam.so.0",
        "libpam_misc.so.0",
    ]
    assert libraries() == LIBRARIES


def test_every_room_of_the_recipe_has_its_version_script() -> None:
    for row in LIBRARIES:
        assert read_version_script(C / row.room / row.version_script), row.file


@pytest.mark.needs("python-archive")
def test_an_interpreter_goes_into_a_library_and_stays_hidden(tmp_path: Path) -> None:
    sources = write_sources(tmp_path / "c")
    (sources / "core" / "stand_in.c").write_text(
        "#include <Python.h>\n"
        # Without a table of its own, every extension module of the archive would come along.
        "struct _inittab _PyImport_Inittab[] = {{NULL, NULL}};\n"
        "extern const struct _frozen pamkit_frozen[];\n"
        'extern const char *stand_in_core(void);\n__attribute__((visibility("default")))\n'
        "const char *stand_in_core(void)\n"
        "{ PyImport_FrozenModules = pamkit_frozen; return Py_GetVersion(); }\n"
    )
    python = find_python(None, shared=False)
    rows = tuple(row for row in LIBRARIES if row.holds_python)
    plan = Plan(rows=rows, compiler=compiler(), python=python, sources=sources, modules=("struct",))
    (core,) = build(plan, tmp_path / "built")
    found = read_shared_object(core)
    assert found.exported == {"stand_in_core": "STAND_IN_CORE"}
    assert not [name for name in found.needed if "python" in name]
    assert not found.executable_stack
    assert found.relro


def test_a_missing_compiler_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Problem, match="there is no C compiler; expected `cc`, `gcc` or `clang`"):
        find_compiler({})
    with pytest.raises(Problem, match="there is no C compiler `tcc`"):
        find_compiler({"CC": "tcc -m64"})


def test_the_caller_chooses_compiler_and_flags() -> None:
    found = find_compiler({"CC": "cc -m64", "CFLAGS": "-g -O1", "LDFLAGS": "-s"})
    assert found.command == ("cc", "-m64")
    assert (found.flags, found.link_flags) == (("-g", "-O1"), ("-s",))


def test_what_a_python_lacks_is_said_with_a_way_to_get_it(tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    python = tmp_path / "bin" / "python3.12"
    for script, lack in (
        ("exit 1", "does not say what it is"),
        (answer(implementation="pypy"), "is pypy 3.12"),
        (answer(version="3.9"), "is cpython 3.9"),
        (answer(INCLUDEPY=f"{tmp_path}/include"), f"no `{tmp_path}/include/Python.h`"),
    ):
        python.write_text(f"#!/bin/sh\n{script}\n")
        python.chmod(0o755)
        with pytest.raises(Problem) as said:
            find_python(tmp_path, shared=False)
        assert f"{python}: {lack}" in str(said.value)
        assert "help: apt install gcc python3-dev" in str(said.value)


def test_of_a_python_with_headers_the_archive_is_missing(tmp_path: Path) -> None:
    for directory in ("bin", "include", "config"):
        (tmp_path / directory).mkdir()
    (tmp_path / "include" / "Python.h").touch()
    python = tmp_path / "bin" / "python3.12"
    text = answer(INCLUDEPY=str(tmp_path / "include"), LIBPL=str(tmp_path / "config"))
    python.write_text(f"#!/bin/sh\n{text}\n")
    python.chmod(0o755)
    with pytest.raises(Problem, match=r"no `.*/config/libpython3\.12-pic\.a`"):
        find_python(tmp_path, shared=False)
    archive = tmp_path / "config" / "libpython3.12-pic.a"
    archive.touch()
    assert find_python(tmp_path, shared=False).library == archive


def test_a_python_that_keeps_modules_in_files_is_unfit(tmp_path: Path) -> None:
    for directory in ("bin", "include"):
        (tmp_path / directory).mkdir()
    (tmp_path / "include" / "Python.h").touch()
    python = tmp_path / "bin" / "python3.12"
    python.write_text(
        f"#!/bin/sh\n{answer(INCLUDEPY=f'{tmp_path}/include', modules=' '.join(BUILT_IN[:-2]))}\n"
    )
    python.chmod(0o755)
    with pytest.raises(Problem, match="its modules `select`, `time` are files of their own"):
        find_python(tmp_path, shared=False)


def test_the_modules_the_core_holds_are_those_that_are_asked_for() -> None:
    text = (C / "core" / "builtins.c").read_text()
    found = re.search(r"#define FROM_PYTHON\(X\)((?:.*\\\n)*.*)", text)
    assert found is not None
    assert tuple(re.findall(r"X\((\w+)\)", found[1])) == BUILT_IN


def answer(**values: str) -> str:
    """Return a shell command that answers what an interpreter is asked about itself."""
    import json

    said = {"version": "3.12", "implementation": "cpython", "LDLIBRARY": "", "LIBDIR": "/nowhere"}
    said["modules"] = " ".join(BUILT_IN)
    said |= {"INCLUDEPY": "", "CONFINCLUDEPY": "", "LIBPL": "/nowhere", "INSTSONAME": "lib.a"}
    return f"echo '{json.dumps(said | values)}'"
