"""`pamkit report`: where the page goes, and what cannot be reported on."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import pytest

from pamkit.cli.main import main
from tests.cli.conftest import Command

POLICY = "auth required pam_unix.so\naccount required pam_unix.so\n"


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Return a root with policies for `app` and `two`."""
    directory = tmp_path / "root" / "etc" / "pam.d"
    directory.mkdir(parents=True)
    for name in ("app", "two"):
        (directory / name).write_text(POLICY)
    return tmp_path / "root"


def test_the_page_is_written_whole_and_for_its_owner_alone(
    command: Command, place: Path, tmp_path: Path
) -> None:
    out = tmp_path / "report.html"
    ran = command("report", "--root", str(place), "--html", str(out))
    assert (ran.status, ran.out) == (0, "")
    assert ran.err.startswith(f"pamkit: wrote `{out}`, ")
    assert ran.err.endswith(" kB\n")
    text = out.read_text()
    assert text.startswith("<!DOCTYPE html>\n")
    assert text.endswith("</html>\n")
    assert [name for name in ("app", "two") if f'id="s-{name}"' not in text] == []
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert sorted(os.listdir(tmp_path)) == ["report.html", "root"]


def test_a_file_that_is_there_keeps_its_mode(command: Command, place: Path, tmp_path: Path) -> None:
    out = tmp_path / "report.html"
    out.write_text("old")
    out.chmod(0o644)
    assert command("report", "--root", str(place), "--html", str(out)).status == 0
    assert stat.S_IMODE(out.stat().st_mode) == 0o644
    assert "old" not in out.read_text()[:4]


def test_a_dash_is_standard_output(command: Command, place: Path, tmp_path: Path) -> None:
    out = tmp_path / "report.html"
    words = ("report", "--root", str(place), "--date", "now", "--html")
    written = command(*words, str(out))
    ran = command(*words, "-")
    assert (ran.status, ran.err) == (0, "")
    assert ran.out == out.read_text()
    assert written.status == 0
    assert ">now</p>" in ran.out


def test_only_the_services_that_are_named_are_reported_on(command: Command, place: Path) -> None:
    ran = command("report", "--root", str(place), "--html", "-", "two")
    assert 'id="s-two"' in ran.out
    assert 'id="s-app"' not in ran.out
    assert "/etc/pam.d/app" not in ran.out


def test_a_directory_of_policies_will_do(command: Command, place: Path) -> None:
    ran = command("report", "--html", "-", f"{place}/etc/pam.d")
    assert ran.status == 0
    assert 'id="s-app"' in ran.out


def test_what_cannot_be_reported_on_is_said(command: Command, place: Path, tmp_path: Path) -> None:
    ran = command("report", "--root", str(place), "--html", "-", "tow")
    assert (ran.status, ran.out) == (2, "")
    assert "there is no policy for the service `tow`" in ran.err
    assert "did you mean `two`?" in ran.err
    other = tmp_path / "pam.d"
    other.mkdir()
    (other / "app").write_text(POLICY)
    ran = command("report", "--html", "-", f"{place}/etc/pam.d", str(other))
    assert (ran.status, ran.out) == (2, "")
    assert "more than one tree is named" in ran.err
    assert command("report").status == 2


def test_a_link_or_a_device_is_not_written_over(
    command: Command, place: Path, tmp_path: Path
) -> None:
    target = tmp_path / "target"
    target.write_text("mine")
    link = tmp_path / "link"
    link.symlink_to(target)
    ran = command("report", "--root", str(place), "--html", str(link))
    assert ran.status == 2
    assert "not a regular file" in ran.err
    assert (target.read_text(), link.is_symlink()) == ("mine", True)


def test_a_page_that_cannot_be_written_leaves_the_old_one(
    place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "report.html"
    out.write_text("old")

    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "write", full)
    assert main(["report", "--root", str(place), "--html", str(out)]) == 2
    assert out.read_text() == "old"
    assert sorted(os.listdir(tmp_path)) == ["report.html", "root"]


def test_a_blank_name_and_a_place_that_is_not_there_are_said(
    command: Command, place: Path, tmp_path: Path
) -> None:
    ran = command("report", "--root", str(place), "--html", "")
    assert (ran.status, ran.err.splitlines()[0]) == (
        2,
        "pamkit: expected a file, found a blank name",
    )
    nowhere = tmp_path / "file" / "x"
    (tmp_path / "file").write_text("")
    ran = command("report", "--root", str(place), "--html", str(nowhere))
    assert (ran.status, ran.err) == (2, f"pamkit: `{nowhere}`: not a directory\n")
    ran = command("report", "--root", str(place), "--html", "/proc/x")
    assert (ran.status, ran.err.startswith("pamkit: `/proc/x`: ")) == (2, True)
