import ast
import marshal
import os
import subprocess
import sys
from pathlib import Path

import pytest

from pamkit.native.contents import PAMKIT, core_modules
from pamkit.native.freeze import c_text, freeze, main
from pamkit.native.problem import Problem

HERE = Path(sys.executable)


def test_a_package_and_a_module_are_told_apart() -> None:
    version, modules = freeze(["pamkit.vocab", "pamkit", "pamkit.vocab.codes"], interpreter=HERE)
    assert version == "{}.{}".format(*sys.version_info)
    found = {module.name: module.is_package for module in modules}
    assert found == {"pamkit": True, "pamkit.vocab": True, "pamkit.vocab.codes": False}


def test_docstrings_and_the_names_of_files_stay_out(tmp_path: Path) -> None:
    (tmp_path / "thing.py").write_text('"""Words nobody needs."""\nassert 1, "not kept"\nx = 5\n')
    _, (module,) = freeze(["thing"], interpreter=HERE, places=(tmp_path,))
    assert b"<frozen thing>" in module.code
    for absent in (b"Words", b"not kept", os.fsencode(tmp_path)):
        assert absent not in module.code


def test_lines_of_code_are_known_and_columns_are_not() -> None:
    _, (module,) = freeze(["pamkit.vocab.names"], interpreter=HERE)
    places = list(marshal.loads(module.code).co_positions())  # noqa: S302  # made just now
    assert any(line for line, *_ in places)
    assert {column for _, _, *columns in places for column in columns} == {None}


def test_a_module_is_found_in_the_standard_library_of_the_other_interpreter() -> None:
    _, (module,) = freeze(["encodings.utf_8"], interpreter=HERE)
    assert b"<frozen encodings.utf_8>" in module.code


def test_the_same_modules_make_the_same_text_in_any_order() -> None:
    names = ["pamkit.vocab.codes", "pamkit.vocab.item", "struct"]
    first = c_text(*freeze(names, interpreter=HERE))
    assert first == c_text(*freeze([*reversed(names), "struct"], interpreter=HERE))


def test_a_module_without_a_source_is_named() -> None:
    with pytest.raises(Problem, match=r"there is no source of the module `pamkit\.nowhere`"):
        freeze(["pamkit.nowhere"], interpreter=HERE)


def test_an_interpreter_that_does_not_run_is_named(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="does not run"):
        freeze(["struct"], interpreter=tmp_path / "python")


def test_a_wrong_name_writes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    into = tmp_path / "frozen.c"
    assert main(["--interpreter", str(HERE), "--into", str(into), "pamkit.nowhere"]) == 2
    assert "pamkit.nowhere" in capsys.readouterr().err
    assert not into.exists()


def test_no_literal_of_the_core_needs_a_codec() -> None:
    """A surrogate on its own is read by one, the core has none, and the first import fails."""
    odd = []
    for name in core_modules():
        if not name.startswith("pamkit"):
            continue
        path = PAMKIT.parent.joinpath(*name.split("."))
        source = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
        for node in ast.walk(ast.parse(source.read_bytes())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                odd += [name] * any("\ud800" <= letter <= "\udfff" for letter in node.value)
    assert odd == []


def test_the_core_holds_every_module_of_its_packages_and_no_tool() -> None:
    names = core_modules()
    assert {"pamkit.vocab.codes", "pamkit.modules.pam_permit", "pamkit.assembly"} <= set(names)
    assert not [name for name in names if name.startswith(("pamkit.cli", "pamkit.native"))]


@pytest.mark.needs("cc", "python-archive")
def test_code_of_another_python_does_not_compile(tmp_path: Path) -> None:
    from pamkit.native.toolchain import find_python

    python = find_python(None, shared=False)
    headers = [word for path in python.headers for word in ("-I", str(path))]
    _, modules = freeze(["struct"], interpreter=python.interpreter)
    for version, status in ((python.version, 0), ("3.10", 1)):
        file = tmp_path / "frozen.c"
        file.write_text(c_text(version, modules))
        done = subprocess.run(
            ["cc", "-fsyntax-only", *headers, file], check=False, text=True, capture_output=True
        )
        assert done.returncode == status, done.stderr
    assert "this code was compiled by Python 3.10" in done.stderr
