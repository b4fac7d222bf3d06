import io
import sys

import pytest

from pamkit.cli.main import main
from pamkit.cli.screen import PlainScreen, RichScreen, screen


class _Absent:
    """Makes `import rich` fail."""

    def find_spec(self, name: str, *_: object) -> None:
        if name.partition(".")[0] == "rich":
            raise ModuleNotFoundError(name=name)


@pytest.fixture
def no_rich(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == "rich"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(sys, "meta_path", [_Absent(), *sys.meta_path])


@pytest.mark.usefixtures("no_rich")
def test_without_rich_the_message_says_what_to_install(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["doc", "pam_deny"]) == 2
    assert "help: pip install pamkit[cli], or use --plain or --json" in capsys.readouterr().err


@pytest.mark.usefixtures("no_rich")
def test_plain_needs_no_rich(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doc", "pam_deny", "--plain"]) == 0
    assert capsys.readouterr().out.startswith("# pam_deny\n")


@pytest.mark.usefixtures("no_rich")
def test_json_needs_no_rich(capsys: pytest.CaptureFixture[str], root: str) -> None:
    assert main(["run", "backup", "--user=alice", "--root", root, "--json"]) == 1
    assert '"schema": 1' in capsys.readouterr().out


def test_a_file_that_holds_ascii_only_gets_ascii_only() -> None:
    raw = io.BytesIO()
    file = io.TextIOWrapper(raw, encoding="ascii")
    for each in (RichScreen(file), PlainScreen(file)):
        each.line((each.glyphs.branch, ""), ("ü", "head"))
    assert raw.getvalue() == b"|-\\xfc\n|-\\xfc\n"


def test_plain_is_drawn_with_ascii() -> None:
    file = io.StringIO()
    assert repr(screen(plain=True, file=file).glyphs).isascii()


def test_a_pipe_gets_no_colours() -> None:
    file = io.StringIO()
    screen(plain=False, file=file).line(("yes", "good mark"), (" sir", ""))
    assert file.getvalue() == "yes sir\n"


def test_the_width_is_never_too_small_to_draw_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "3")
    assert screen(plain=True, file=io.StringIO()).width == 40
