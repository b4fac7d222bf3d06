"""An environment that would lead a Python astray changes nothing in a program of root's."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.native.faults.building import Workshop
from tests.native.faults.subject import CODE_BASE, Subject, play
from tests.native.faults.test_setuid import HOSTILE

pytestmark = [pytest.mark.needs("libpam", "pam_unix", "cc")]

# What the loader itself obeys when nobody gained rights.
LOADERS = {"LD_PRELOAD", "LD_AUDIT", "LD_DEBUG"}


@pytest.fixture
def trap(tmp_path: Path) -> Path:
    bite = f"open({str(tmp_path / 'seen')!r}, 'w').write('bitten')\n"
    for name in ("sitecustomize", "usercustomize", "site", "os", "encodings", "codecs", "pwd"):
        (tmp_path / f"{name}.py").write_text(bite)
    (tmp_path / "python3").write_text("#!/bin/sh\nexit 0\n")
    (tmp_path / "python3").chmod(0o755)
    return tmp_path


def codes(
    subject: Subject, workshop: Workshop, evil: dict[str, str]
) -> list[tuple[int | None, str]]:
    pairs = (("deny", "right"), ("asks", "wrong"), ("asks", "right"), ("unix", "wrong"))
    played = [
        play(subject, [workshop.driver("transact"), *pair], environment=evil) for pair in pairs
    ]
    return [(ended.status, ended.out + ended.err) for ended in played]


EXPECTED = [(CODE_BASE + code, "") for code in (7, 7, 0, 7)]


@pytest.mark.parametrize("name", [*(name for name in HOSTILE if name not in LOADERS), "all"])
def test_a_variable_changes_nothing(
    name: str, subject: Subject, workshop: Workshop, trap: Path
) -> None:
    chosen = HOSTILE if name == "all" else {name: HOSTILE[name]}
    evil = {key: text.format(evil=trap) for key, text in chosen.items() if key not in LOADERS}
    assert codes(subject, workshop, evil) == EXPECTED
    assert not (trap / "seen").exists()


@pytest.mark.parametrize("name", ["", "python3", "-c", "a b", "x" * 4000, "\udcff\udcfe"])
def test_the_name_of_the_program_changes_nothing(
    name: str, subject: Subject, workshop: Workshop, trap: Path
) -> None:
    # C: argv[0] is whatever the caller says; a Python would look for itself by it.
    script = 'exec -a "$0" "$@"'
    transact = [str(workshop.driver("transact")), "asks"]
    path = {"PATH": f"{trap}:/usr/bin:/bin"}
    shell = ["bash", "-c", script, name, *transact]
    ends = [play(subject, [*shell, word], environment=path) for word in ("wrong", "right")]
    assert [ended.status for ended in ends] == [CODE_BASE + 7, CODE_BASE]


def test_a_directory_that_is_gone_changes_nothing(
    subject: Subject, workshop: Workshop, tmp_path: Path
) -> None:
    script = 'mkdir "$0" && cd "$0" && rmdir "$0" && exec "$@"'
    gone = ["sh", "-c", script, tmp_path / "gone", workshop.driver("transact")]
    ends = [play(subject, [*gone, "asks", word]) for word in ("wrong", "right")]
    assert [ended.status for ended in ends] == [CODE_BASE + 7, CODE_BASE]
