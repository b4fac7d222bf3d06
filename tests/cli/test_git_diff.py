"""`pamkit diff` on revisions, and as git's own driver: real git, in a repository of its own."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from pamkit.cli.git_trees import git_sides
from pamkit.cli.main import main
from pamkit.cli.status import DONE, REFUSED, UNUSABLE
from pamkit.policy.dialect import DEBIAN, LINUX
from tests.conftest import ROOT

pytestmark = pytest.mark.needs("git")

_AUTH = "auth required pam_unix.so\n"
_OPEN = "auth required pam_unix.so nullok\n"


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty repository, which is where we are; nobody's own settings count."""
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    for name in ("GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM"):
        monkeypatch.setenv(name, "/dev/null")
    for who in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{who}_NAME", "somebody")
        monkeypatch.setenv(f"GIT_{who}_EMAIL", "somebody@example.org")
    place = tmp_path / "repository"
    place.mkdir()
    monkeypatch.chdir(place)
    _git("init", "--quiet")
    return place


def _git(*words: str) -> str:
    done = subprocess.run(
        ["git", "--no-pager", *words], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def _commit(files: dict[str, str], tag: str) -> None:
    for name, text in files.items():
        path = Path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    _git("add", "--all")
    _git("commit", "--quiet", "--allow-empty", "-m", tag)
    _git("tag", tag)


@pytest.mark.parametrize(
    ("directory", "path"),
    [
        ("pam.d", ()),
        ("etc/pam.d", ()),
        ("files/pam.d", ()),
        ("image/etc/pam.d", ("--", "image")),
        ("policies", ("--", "policies")),
        (".", ("--", ".")),
    ],
)
def test_two_revisions_are_compared_without_being_checked_out(
    directory: str, path: tuple[str, ...], repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _commit({f"{directory}/app": _AUTH}, "old")
    _commit({f"{directory}/app": _OPEN}, "new")
    _commit({f"{directory}/app": "auth required pam_permit.so\n"}, "newest")
    assert main(["diff", "--git", "old", "new", *path]) == REFUSED
    assert capsys.readouterr().out.startswith("app: LOOSER\n")
    assert main(["diff", "--git", "new", "new", *path]) == DONE
    assert capsys.readouterr().out == "app: the same\n"


@pytest.mark.parametrize("directory", ["pam.d", "etc/pam.d"])
def test_without_a_second_revision_it_is_the_work_tree(
    directory: str, repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _commit({f"{directory}/app": _AUTH}, "old")
    assert main(["diff", "--git", "HEAD"]) == DONE
    Path(directory, "app").write_text(_OPEN)
    capsys.readouterr()
    assert main(["diff", "--git", "HEAD"]) == REFUSED
    assert capsys.readouterr().out.startswith("app: LOOSER\n")


def test_a_path_counts_from_where_one_is(
    repository: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _commit({"a/pam.d/app": _AUTH, "b/pam.d/app": _AUTH}, "old")
    _commit({"b/pam.d/app": _OPEN}, "new")
    assert main(["diff", "--git", "old", "new"]) == UNUSABLE
    assert "name the directory: `-- a/pam.d`, `-- b/pam.d`" in capsys.readouterr().err
    monkeypatch.chdir(repository / "b")
    assert main(["diff", "--git", "old", "--", "pam.d"]) == REFUSED
    monkeypatch.chdir(repository / "a")
    assert main(["diff", "--git", "old", "new", "--", "pam.d"]) == DONE


def test_a_link_is_what_it_leads_to_beside_it(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (repository / "pam.d").mkdir()
    for name, target in (("app", "real"), ("away", "/etc/passwd"), ("round", "round")):
        (repository / "pam.d" / name).symlink_to(target)
    _commit({"pam.d/real": _AUTH}, "old")
    _commit({"pam.d/real": _OPEN}, "new")
    assert main(["diff", "--git", "old", "new"]) == REFUSED
    assert capsys.readouterr().out.splitlines()[-1] == "2 services: 2 looser"


def test_what_git_does_not_know_is_said(
    repository: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    _commit({"readme": "nothing\n"}, "old")
    said = [
        (["nowhere"], "`nowhere` is no revision of this repository"),
        (["--", "--output=x"], "`--output=x` is no revision"),
        (["old"], "it is not plain where the policies are"),
        (["old", "--", "elsewhere"], "`elsewhere` has no policies in these revisions"),
        (["old", "old", "a", "b"], "expected `--git REV [REV] [-- PATH]`"),
    ]
    for words, message in said:
        assert main(["diff", "--git", *words]) == UNUSABLE
        assert message in capsys.readouterr().err
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    assert main(["diff", "--git", "old"]) == UNUSABLE
    assert "git: not a git repository" in capsys.readouterr().err
    monkeypatch.setenv("PATH", str(tmp_path))
    assert main(["diff", "--git", "old"]) == UNUSABLE
    assert "the program `git` is not there" in capsys.readouterr().err


# --- the driver ----------------------------------------------------------------------------------


@pytest.fixture
def driven(repository: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a repository in which git shows policies with our driver, as `docs/diff.md` says."""
    start = "from pamkit.cli.entry import main; raise SystemExit(main())"
    command = f"{shlex.quote(sys.executable)} -c {shlex.quote(start)} diff --git-driver"
    _git("config", "diff.pam.command", command)
    monkeypatch.setenv("PYTHONPATH", str(ROOT / "src"))
    (repository / ".gitattributes").write_text("pam.d/* diff=pam\n*.pam diff=pam\n")
    return repository


def test_git_shows_what_a_change_of_a_policy_means(driven: Path) -> None:
    _commit({"pam.d/common-auth": _AUTH, "pam.d/app": "auth include common-auth\n"}, "old")
    _commit({"pam.d/common-auth": _OPEN}, "new")
    assert _git("diff", "old", "new", "--", "pam.d").splitlines() == [
        "--- a/pam.d/common-auth",
        "+++ b/pam.d/common-auth",
        "@@ -1 +1 @@",
        "-auth required pam_unix.so",
        "+auth required pam_unix.so nullok",
        "common-auth: LOOSER",
        "  authenticate: lets in who was refused: somebody without a password",
        f"    old  {driven}/pam.d/common-auth:1  pam_unix.so answers auth_err",
        f"    new  {driven}/pam.d/common-auth:1  pam_unix.so answers success",
        "  note: authenticate: auth: `pam_unix` has other words: none was, `nullok` is",
        "  included by `app`",
        "  all other files are taken as they are in pam.d now",
    ]


def test_git_shows_policies_that_come_and_go_and_move(driven: Path) -> None:
    _commit({"pam.d/app": _AUTH, "x.pam": _AUTH * 9}, "old")
    Path("x.pam").rename("y.pam")
    _commit({"pam.d/app.bak": _AUTH, "y.pam": _AUTH * 9 + "# more\n"}, "new")
    shown = _git("diff", "-M", "old", "new").splitlines()
    assert [line for line in shown if line.startswith(("--- ", "+++ ", "y.pam"))] == [
        "--- /dev/null",
        "+++ b/pam.d/app.bak",
        "--- a/x.pam",
        "+++ b/y.pam",
        "y.pam: the same",
    ]
    Path("pam.d/app").unlink()
    gone = _git("diff", "new")
    assert "+++ /dev/null" in gone
    assert "app, which has lost its file (nobody gets by now): stricter" in gone


def test_a_file_is_shown_whose_neighbours_include_it_in_any_way(driven: Path) -> None:
    _commit({"pam.d/common-auth": _AUTH, "pam.d/app": "@include common-auth\n"}, "old")
    Path("pam.d/common-auth").write_text(_OPEN)
    assert "  included by `app`" in _git("diff").splitlines()


def test_what_is_no_call_of_git_is_said(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["diff", "--git-driver", "pam.d/app"]) == DONE
    assert capsys.readouterr().out == "pam.d/app: not merged yet\n"
    assert main(["diff", "--git-driver", "pam.d/app", "x"]) == UNUSABLE
    assert "expected the seven words" in capsys.readouterr().err


def test_how_one_file_is_written_is_no_change_of_libpam(
    driven: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    jump = "auth [success=1 default=ignore] pam_unix.so\nauth requisite pam_deny.so\n"
    auth = f"{jump}auth optional pam_permit.so\n"
    account = "account required pam_unix.so\n"
    _commit({"pam.d/more": account, "pam.d/app": f"{auth}@include more\n"}, "old")
    _commit({"pam.d/app": f"{auth}account include more\n"}, "new")
    assert main(["diff", "--git", "old", "new"]) == DONE
    assert "app: the same" in capsys.readouterr().out
    assert main(["diff", "--git", "old"]) == DONE
    assert "app: the same\n" in _git("diff", "old", "new")


def test_two_states_of_one_system_are_read_alike(repository: Path) -> None:
    assert repository.is_dir()
    names = ("passwd", "debian_version", "pam.d/app")
    _commit({f"etc/{name}": "" for name in names}, "old")
    old, new = git_sides(["old"], None)
    assert (old.dialect, new.dialect) == (DEBIAN, DEBIAN)
    _git("rm", "--quiet", "etc/debian_version")
    _commit({}, "new")
    assert git_sides(["new"], None)[0].dialect == LINUX


def test_the_driver_takes_no_link_and_no_submodule_for_a_policy(driven: Path) -> None:
    _commit({"pam.d/app": _AUTH}, "old")
    (driven / "pam.d" / "link").symlink_to("app")
    _commit({}, "new")
    shown = _git("diff", "old", "new").splitlines()
    assert shown[-1] == "  link is or was no policy but a link or a submodule: not compared"


def test_a_secret_that_goes_on_in_the_next_line_is_not_shown(driven: Path) -> None:
    assert driven.is_dir()
    line = "auth required pam_x.so [passwd=hunter2 \\\n hunter3] debug\n"
    _commit({"pam.d/app": line}, "old")
    _commit({"pam.d/app": line.replace("debug", "trace")}, "new")
    shown = _git("diff", "old", "new")
    assert "-<hidden> debug\n+<hidden> trace\n" in shown
    assert "hunter" not in shown


def test_a_range_is_said_to_be_no_revision(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert repository.is_dir()
    _commit({"pam.d/app": _AUTH}, "old")
    _commit({"pam.d/app": _OPEN}, "new")
    assert main(["diff", "--git", "old..new"]) == UNUSABLE
    assert capsys.readouterr().err.splitlines() == [
        "pamkit: `old..new` is no revision of this repository",
        "help: two revisions are two words: `--git OLD NEW`",
    ]


def test_a_file_that_a_repository_has_lost_is_said_to_be(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _commit({"pam.d/app": _AUTH}, "old")
    name = _git("rev-parse", "old:pam.d/app").strip()
    (repository / ".git" / "objects" / name[:2] / name[2:]).unlink()
    assert main(["diff", "--git", "old", "old"]) == UNUSABLE
    assert "is not in the repository" in capsys.readouterr().err
