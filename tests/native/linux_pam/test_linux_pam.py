"""Linux-PAM's own tests judge a libpam: its own first, then what must not pass, then ours.

A run takes every test there is, and the loader's word for which library the test really had.
"""

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.native.built import built_libraries
from tests.native.linux_pam import suite as suites
from tests.native.linux_pam.controls import CONTROLS, Control, build_control
from tests.native.linux_pam.expected import EXPECTED, FAILS_BY_THE_MACHINE, Expected, expected
from tests.native.linux_pam.programs import Program, programs
from tests.native.linux_pam.run import Result, failing, run
from tests.native.linux_pam.stand_ins import put_stand_ins, python_modules

pytestmark = [
    pytest.mark.needs("root", "mount-namespace", "passwd", "linux-pam", "linux-pam-build"),
    # The first test of a session on a new machine builds Linux-PAM.
    pytest.mark.timeout(900),
]

# They are linked to a libpam for no use, or not at all.
USES_NO_LIBRARY = {"tst-dlopen", "tst-pam_mkargv"}

# How many of the ordinary tests, and of the xtests, fail with a control.  These are the numbers of
# independent measurements by meson itself, and may change with the lists in no way.
FAILURES: Mapping[str, Mapping[Control, tuple[int, int]]] = {
    "1.5.2": {"answers 0": (25, 18), "answers 4": (19, 27), "empty": (68, 27)},
    "1.7.0": {"answers 0": (35, 19), "answers 4": (28, 28), "empty": (79, 28)},
}


@pytest.fixture(scope="session", params=suites.names())
def suite(request: pytest.FixtureRequest) -> Path:
    name: str = request.param
    return suites.built(name)


@pytest.fixture
def known(suite: Path) -> Expected:
    return expected((suite / "version").read_text().strip())


@pytest.fixture(scope="session")
def ours() -> Path:
    return built_libraries()


def test_the_tests_of_a_version_are_those_we_know(suite: Path, known: Expected) -> None:
    assert known.tests == {program.name for program in programs(suite)}


def test_linux_pam_passes_its_own_tests(suite: Path, known: Expected) -> None:
    results = run(suite, library=suite / "lib")
    assert set(known.fails) == failing(results) - set(FAILS_BY_THE_MACHINE), _said(results)
    assert _judged_another(results, suite / "lib", programs(suite)) == []


@pytest.mark.needs("libpam")
def test_a_run_on_the_library_of_the_machine_is_noticed(suite: Path, tmp_path: Path) -> None:
    chosen = [program for program in programs(suite) if program.kind == "tests"]
    results = run(suite, library=tmp_path, only=chosen)
    # The machine's own library is good enough for most of them, and that is not the point.
    passed = {program.name for program in chosen} - failing(results) - USES_NO_LIBRARY
    assert passed
    assert passed == {line.partition(":")[0] for line in _judged_another(results, tmp_path, chosen)}


def test_a_module_that_stands_in_is_the_one_that_is_judged(suite: Path, tmp_path: Path) -> None:
    (tmp_path / "pam_permit.so").symlink_to(suite / "security" / "pam_deny.so")
    chosen = [
        program for program in programs(suite) if program.module in {"pam_permit", "pam_warn"}
    ]
    results = run(suite, library=suite / "lib", replaced=tmp_path, only=chosen)
    assert failing(results) == {"tst-pam_permit-retval", "tst-pam_warn-retval"}


@pytest.mark.parametrize("control", CONTROLS)
def test_a_library_that_is_none_fails_whatever_judges(
    suite: Path, known: Expected, control: Control, tmp_path: Path
) -> None:
    results = run(suite, library=build_control(control, suite, tmp_path / "control"))
    assert known.passed_by[control] == known.tests - failing(results)


@pytest.mark.parametrize("version", EXPECTED)
@pytest.mark.parametrize("control", CONTROLS)
def test_the_lists_are_as_long_as_what_was_measured(version: str, control: Control) -> None:
    failed = EXPECTED[version].tests - EXPECTED[version].passed_by[control]
    xtests = {name for name in failed if name.startswith("xtests ")}
    assert FAILURES[version][control] == (len(failed) - len(xtests), len(xtests))


@pytest.mark.needs("python-archive")
def test_our_library_passes_what_linux_pam_passes(suite: Path, known: Expected, ours: Path) -> None:
    results = run(suite, library=ours, modules="native")
    assert _may_fail(suite, known) | set(known.ours_fails) == failing(results), _said(results)
    assert _judged_another(results, ours, programs(suite)) == []
    # That it was Linux-PAM's modules it was judged with is the loader's word as well.
    assert python_modules() & _loaded(results)


@pytest.mark.needs("python-archive")
def test_our_library_without_quirks_fails_what_they_are_for(
    suite: Path, known: Expected, ours: Path
) -> None:
    chosen = [program for program in programs(suite) if program.kind in {"tests", "retval"}]
    results = run(suite, library=ours, quirks="none", only=chosen)
    expected_to_fail = set(known.ours_fails) | known.fails_without_quirks
    assert expected_to_fail == failing(results), _said(results)


@pytest.mark.needs("python-archive")
def test_our_library_passes_the_xtests_with_our_modules(
    suite: Path, known: Expected, ours: Path
) -> None:
    chosen = [program for program in programs(suite) if program.kind == "xtests"]
    results = run(suite, library=ours, modules="python-first", only=chosen)
    assert failing(results) <= _may_fail(suite, known), _said(results)
    assert _judged_another(results, ours, chosen) == []
    assert frozenset() == python_modules() & _loaded(results)


@pytest.mark.needs("python-archive")
@pytest.mark.parametrize("engine", ["linux-pam", "pamkit"])
def test_our_modules_answer_what_linux_pams_answer(
    suite: Path, known: Expected, ours: Path, engine: str, tmp_path: Path
) -> None:
    library = ours if engine == "pamkit" else suite / "lib"
    replaced = put_stand_ins(ours, tmp_path / "modules")
    chosen = [
        program
        for program in programs(suite)
        if program.kind in {"dlopen", "retval"} and program.module in python_modules()
    ]
    results = run(suite, library=library, replaced=replaced, only=chosen)
    assert set(known.ours_fails) == failing(results), _said(results)
    assert _judged_another(results, library, chosen) == []


def _may_fail(suite: Path, known: Expected) -> frozenset[str]:
    """What fails with Linux-PAM's own library on this machine."""
    doubtful = [program for program in programs(suite) if program.name in FAILS_BY_THE_MACHINE]
    return failing(run(suite, library=suite / "lib", only=doubtful)) | set(known.fails)


def _judged_another(
    results: Mapping[str, Result], library: Path, chosen: tuple[Program, ...] | list[Program]
) -> list[str]:
    """The tests that have passed without `library`, or with another one beside it."""
    own = {library.resolve() / "libpam.so.0"}
    return [
        f"{program.name}: {sorted(results[program.name].libraries)}"
        for program in chosen
        if results[program.name].outcome == "pass"
        and program.name not in USES_NO_LIBRARY
        # A module that needs nothing of libpam, or finds it on its own, is fine.
        and not (program.kind in {"dlopen", "hmacfile"} and not results[program.name].libraries)
        and results[program.name].libraries != own
    ]


def _loaded(results: Mapping[str, Result]) -> frozenset[str]:
    return frozenset().union(*(result.modules for result in results.values()))


def _said(results: Mapping[str, Result]) -> str:
    """What the tests that failed have to say, for the report."""
    return "\n".join(
        f"{name}: {result.outcome}\n{result.said}"
        for name, result in results.items()
        if result.outcome != "pass"
    )
