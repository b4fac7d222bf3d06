import subprocess
import sys

import pytest

from pamkit.cli.main import main

from .conftest import Command

HELP = "help: `pamkit --help` says what there is\n"
RUN_HELP = "help: `pamkit run --help` says what there is\n"


@pytest.mark.parametrize(
    ("said", "argv"),
    [
        ("there is no command `rum`\nhelp: did you mean `run`?\n", ["rum"]),
        ("expected `SERVICE`\n" + RUN_HELP, ["run"]),
        ("`--user` wants a value\n" + RUN_HELP, ["run", "test", "--user"]),
        ("there is no option `--usr`\nhelp: did you mean `--user`?\n", ["run", "t", "--usr=x"]),
        ("there is no option `--frobnicate`\n" + RUN_HELP, ["run", "t", "--frobnicate"]),
        ("there is no option `--frobnicate`\n" + HELP, ["--frobnicate"]),
        ("there is an argument too many\n" + RUN_HELP, ["run", "t", "hunter2"]),
        (
            "there is no primitive `authenicate`\nhelp: did you mean `authenticate`?\n",
            ["run", "t", "--do", "authenicate"],
        ),
        (
            "there is no flag `slient`\nhelp: did you mean `silent`?\n",
            ["run", "t", "--flags", "slient"],
        ),
        (
            "there is no dialect `debain`\nhelp: did you mean `debian`?\n",
            ["run", "t", "--dialect", "debain"],
        ),
        (
            "there is no quirk `libpm`\nhelp: did you mean `libpam`?\n",
            ["run", "t", "--quirk", "libpm"],
        ),
        ("expected `NAME=VALUE`, found `rhost`\n", ["run", "t", "--item", "rhost"]),
        (
            "no item `rhots` can be set here\nhelp: did you mean `rhost`?\n",
            ["run", "t", "--item", "rhots=x"],
        ),
        ("`/no/such/place` is no directory\n", ["run", "t", "--root", "/no/such/place"]),
        ("`/no/such/place` is no directory\n", ["run", "t", "--confdir", "/no/such/place"]),
        (
            "nothing is known of `pam_unx`\nhelp: did you mean `pam_unix`?\n",
            ["doc", "pam_unx"],
        ),
    ],
)
def test_a_mistake_at_the_command_line_is_said_in_the_style_of_the_house(
    said: str, argv: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert (2, f"pamkit: {said}") == (main(argv), capsys.readouterr().err)


@pytest.mark.parametrize("option", ["--password=hunter2", "--passwd", "--pasword"])
def test_a_password_is_no_argument_and_is_not_repeated(
    option: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", "login", option, "hunter2"]) == 2
    said = capsys.readouterr().err
    assert "help: a password is asked for, or read from standard input, never an argument" in said
    assert "hunter2" not in said


def test_the_version_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert (main(["--version"]), capsys.readouterr().out) == (0, "pamkit 0.1.0\n")


def test_without_a_command_the_help_is_shown_and_nothing_succeeds(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main([]) == 2
    assert capsys.readouterr().out.startswith("usage: pamkit")


@pytest.mark.parametrize("name", ["run", "demo", "doc"])
def test_every_command_has_help(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([name, "--help"]) == 0
    assert capsys.readouterr().out.startswith(f"usage: pamkit {name}")


def test_a_fault_of_our_own_is_no_traceback_and_does_not_show_what_it_says(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: object) -> int:
        raise LookupError("hunter2")

    monkeypatch.setattr("pamkit.cli.doc.doc", broken)
    assert main(["doc", "pam_unix"]) == 2
    said = capsys.readouterr().err
    assert said.startswith("pamkit: a fault of pamkit's own: LookupError at test_main.py:")
    assert "hunter2" not in said


def test_an_interrupt_anywhere_is_130(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(_: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr("pamkit.cli.doc.doc", interrupted)
    assert (main(["doc"]), capsys.readouterr().err) == (130, "pamkit: interrupted\n")


def test_what_cannot_be_opened_is_said_with_its_name(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(_: object) -> int:
        raise FileNotFoundError(2, "No such file or directory", "/x")

    monkeypatch.setattr("pamkit.cli.doc.doc", gone)
    assert (
        main(["doc"]),
        capsys.readouterr().err,
    ) == (2, "pamkit: `/x`: no such file or directory\n")


def test_a_reader_who_has_gone_ends_nothing_with_a_traceback() -> None:
    line = f"{sys.executable} -m pamkit doc --plain | true"
    done = subprocess.run(["sh", "-c", line], capture_output=True, check=False)
    assert done.stderr == b""


def test_the_command_line_runs_as_a_module(command: Command) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pamkit", "doc", "auth_err"], capture_output=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.decode() == command("doc", "auth_err").out
