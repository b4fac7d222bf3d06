import errno
import json
import os
import re
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from pamkit.cli.main import main
from pamkit.cli.policy_choice import is_conf
from pamkit.policy.compile import compile_policy
from pamkit.policy.dialect import DEBIAN, QUIRKS
from pamkit.policy.fingerprint import meaning_of
from pamkit.policy.parser import parse
from pamkit.policy.printer import formatted, laid_out, meaning
from pamkit.policy.resolve import resolve
from pamkit.policy.source import MemorySource
from pamkit.stores.policy_files import MAX_POLICY
from pamkit.vocab.errors import PolicyError
from tests.conftest import ROOT
from tests.corpus.test_corpus import linux_files, machines

from .conftest import Command

UGLY = "auth\trequired pam_x.so a  # why\n"
NICE = "auth      required  pam_x.so                a  # why\n"
MISTAKE = "auht required   pam_x.so\n"


@pytest.fixture
def policies(tmp_path: Path) -> Path:
    directory = tmp_path / "pam.d"
    directory.mkdir()
    return directory


def test_a_file_is_laid_out_in_place(command: Command, policies: Path) -> None:
    (policies / "su").write_text(UGLY)
    ran = command("fmt", f"{policies}/su")
    assert (ran.status, ran.err) == (0, "")
    assert ran.out == f"changed {policies}/su\n1 file: 1 changed\n"
    assert (policies / "su").read_text() == NICE
    again = command("fmt", f"{policies}/su")
    assert (again.status, again.out) == (0, "1 file: 1 as they should be\n")


def test_owner_and_mode_stay_and_nothing_is_left_beside(command: Command, policies: Path) -> None:
    file = policies / "su"
    file.write_text(UGLY)
    file.chmod(0o640)
    if os.geteuid() == 0:
        os.chown(file, 65534, 42)
    before = file.stat()
    assert command("fmt", str(file)).status == 0
    after = file.stat()
    assert after.st_ino != before.st_ino
    assert (after.st_mode, after.st_uid, after.st_gid) == (
        before.st_mode,
        before.st_uid,
        before.st_gid,
    )
    assert os.listdir(policies) == ["su"]


def test_what_another_writer_has_beside_the_file_stays(command: Command, policies: Path) -> None:
    (policies / "su").write_text(UGLY)
    (policies / ".pam.su").write_text("half")
    assert command("fmt", f"{policies}/su").status == 0
    assert sorted(os.listdir(policies)) == [".pam.su", "su"]
    assert (policies / ".pam.su").read_text() == "half"


def test_a_file_that_needs_nothing_is_not_written(command: Command, policies: Path) -> None:
    (policies / "su").write_text(NICE)
    before = (policies / "su").stat()
    assert command("fmt", str(policies)).status == 0
    after = (policies / "su").stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_without_a_path_it_is_the_directory_of_the_root(command: Command, root: str) -> None:
    (Path(root) / "etc/pam.d/su").write_text(UGLY)
    ran = command("fmt", "--root", root)
    assert ran.status == 0
    assert "changed /etc/pam.d/su\n" in ran.out
    assert (Path(root) / "etc/pam.d/su").read_text() == NICE


def test_check_names_what_would_change_and_writes_nothing(command: Command, policies: Path) -> None:
    (policies / "nice").write_text(NICE)
    assert command("fmt", "--check", str(policies)).status == 0
    (policies / "ugly").write_text(UGLY)
    ran = command("fmt", "--check", str(policies))
    assert (ran.status, ran.err) == (1, "")
    assert ran.out == (
        f"would change {policies}/ugly\n2 files: 1 would change, 1 as they should be\n"
    )
    assert (policies / "ugly").read_text() == UGLY


def test_a_difference_is_shown_and_nothing_written(command: Command, policies: Path) -> None:
    (policies / "su").write_text(UGLY)
    for words, status in ((("--diff",), 0), (("--diff", "--check"), 1)):
        ran = command("fmt", *words, str(policies))
        assert (ran.status, ran.err) == (status, "")
        name = f"{policies}/su"
        assert ran.out == f"--- {name}\n+++ {name}\n@@ -1,1 +1,1 @@\n-{UGLY}+{NICE}"
    assert (policies / "su").read_text() == UGLY


def test_what_lies_beside_policies_is_left_out_and_said(command: Command, policies: Path) -> None:
    (policies / "su").write_text(UGLY)
    for name in ("su.dpkg-old", "su~", ".su.swp", "su.j2"):
        (policies / name).write_text(UGLY)
    (policies / "README").write_text("This directory holds policies.\n\nSee pam.d(5).\n")
    (policies / "conf.d").mkdir()
    (policies / "link").symlink_to("su")
    os.mkfifo(policies / "pipe")
    ran = command("fmt", str(policies))
    assert (ran.status, ran.out) == (
        0,
        f"changed {policies}/su\n9 files: 1 changed, 8 left out\n",
    )
    assert ran.err.replace(f"{policies}/", "").splitlines() == [
        "left out `.su.swp`: a hidden file",
        "left out `README`: no line of it is one of a policy",
        "left out `conf.d`: no file, but a directory",
        "left out `link`: a symbolic link (`--follow` takes what it leads to)",
        "left out `pipe`: no file, but a FIFO",
        "left out `su.dpkg-old`: left by dpkg",
        "left out `su.j2`: a template",
        "left out `su~`: a backup",
    ]
    assert (policies / "su~").read_text() == UGLY


def test_who_names_a_backup_means_it(command: Command, policies: Path) -> None:
    (policies / "su.bak").write_text(UGLY)
    assert command("fmt", f"{policies}/su.bak").status == 0
    assert (policies / "su.bak").read_text() == NICE


def test_a_directory_without_a_policy_is_a_mistake(command: Command, policies: Path) -> None:
    (policies / "su~").write_text(UGLY)
    ran = command("fmt", "--check", str(policies))
    assert ran.status == 1
    assert f"pamkit: `{policies}`: the directory holds no policy\n" in ran.err


def test_a_link_is_refused_and_followed_when_asked_to(command: Command, policies: Path) -> None:
    target = policies.parent / "system-auth"
    target.write_text(UGLY)
    (policies / "su").symlink_to("../system-auth")
    ran = command("fmt", f"{policies}/su")
    assert (ran.status, ran.out) == (1, "1 file: 1 failed\n")
    assert ran.err.startswith(
        f"pamkit: `{policies}/su`: a symbolic link, and is left as it is\nhelp: `--follow`"
    )
    assert target.read_text() == UGLY
    ran = command("fmt", "--follow", str(policies))
    assert (ran.status, ran.err) == (0, "")
    assert (target.read_text(), (policies / "su").is_symlink()) == (NICE, True)


def test_a_directory_may_be_named_by_a_link(command: Command, policies: Path) -> None:
    (policies / "su").write_text(UGLY)
    (policies.parent / "link").symlink_to("pam.d")
    assert command("fmt", f"{policies.parent}/link").status == 0
    assert (policies / "su").read_text() == NICE


def test_below_a_root_links_stay_there(command: Command, root: str, tmp_path: Path) -> None:
    (tmp_path / "outside").write_text(UGLY)
    (Path(root) / "outside").write_text(UGLY)
    (Path(root) / "etc/pam.d/su").symlink_to("/outside")
    assert command("fmt", "--root", root, "--follow", "/etc/pam.d/su").status == 0
    assert (tmp_path / "outside").read_text() == UGLY
    assert (Path(root) / "outside").read_text() == NICE
    assert "expected an absolute path" in command("fmt", "--root", root, "etc/pam.d/su").err


def test_paths_count_from_where_the_user_is(
    command: Command, policies: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (policies / "su").write_text(UGLY)
    monkeypatch.chdir(policies)
    assert command("fmt", "--check", ".").out.startswith("would change ./su\n")
    assert command("fmt", "su").out.startswith("changed su\n")
    assert (policies / "su").read_text() == NICE


MANAGED = f"# Generated by authselect on Monday\n{UGLY}"


def test_what_a_program_writes_is_left_to_it(command: Command, policies: Path) -> None:
    """Debian's pam-auth-update then says `Local modifications …, not updating`."""
    file = policies / "system-auth"
    file.write_text(MANAGED)
    said = "authselect writes it, and would take this for a change by hand (`--managed` takes it)"
    for path in (file, policies):
        ran = command("fmt", "--check", str(path))
        assert (ran.status, ran.out) == (0, "1 file: 1 left out\n")
        assert ran.err == f"left out `{file}`: {said}\n"
    ran = command("fmt", "-", typed=MANAGED)
    assert (ran.status, ran.out) == (0, MANAGED)
    assert ran.err == f"left out `<stdin>`: {said}\n"
    assert command("fmt", "--managed", str(policies)).status == 0
    assert file.read_text() == MANAGED.replace(UGLY, NICE)


def test_a_pam_conf_is_known_by_its_name(command: Command, policies: Path) -> None:
    for name in (policies.parent / "pam.conf", policies / "pam.conf"):
        name.write_text(f"su {UGLY}")
    assert command("fmt", f"{policies.parent}/pam.conf").status == 0
    assert (policies.parent / "pam.conf").read_text() == f"su        {NICE}"
    ran = command("fmt", f"{policies}/pam.conf")
    assert "pam.conf:1: note: left as it is: facility `su` is unknown" in ran.err
    names = ["/etc/pam.conf", "/x/pam.d/pam.conf", "/pam.conf", "pam.conf", "/etc/pam.conf.bak"]
    assert [is_conf(name) for name in names] == [True, False, True, True, False]


def test_a_mistake_stays_byte_for_byte_and_is_noted(command: Command, policies: Path) -> None:
    (policies / "su").write_text(UGLY + MISTAKE)
    ran = command("fmt", f"{policies}/su")
    assert ran.status == 0
    note = f"{policies}/su:2: note: left as it is: facility `auht` is unknown\n"
    assert ran.err == note
    assert (policies / "su").read_text() == NICE + MISTAKE


def test_the_dialect_says_what_a_mistake_is(command: Command, policies: Path) -> None:
    text = "@include   common-auth\n"
    (policies / "su").write_text(text)
    ran = command("fmt", "--dialect", "linux", str(policies))
    assert (ran.status, (policies / "su").read_text()) == (0, text)
    assert "su:1: note: left as it is: facility `@include` is unknown\n" in ran.err
    assert command("fmt", str(policies)).status == 0
    assert (policies / "su").read_text() == "@include  common-auth\n"


def test_standard_input_is_laid_out_on_standard_output(command: Command) -> None:
    for words in (("-",), ("--stdin",), ("--stdin-filename", "/etc/pam.d/su")):
        ran = command("fmt", *words, typed=UGLY)
        assert (ran.status, ran.out, ran.err) == (0, NICE, "")
    ran = command("fmt", "--stdin-filename", "pam.conf", typed=f"su {UGLY}")
    assert ran.out == f"su        {NICE}"
    ran = command("fmt", "-", typed="auth required x.so # ü\x1b[31m")
    assert ran.out == "auth      required  x.so  # ü\x1b[31m"
    ran = command("fmt", "-", "--check", typed=UGLY)
    assert (ran.status, ran.out) == (1, "would change <stdin>\n1 file: 1 would change\n")
    ran = command("fmt", "-", "--check", typed=NICE)
    assert ran.status == 0
    ran = command("fmt", "--stdin-filename", "su", "--diff", typed=UGLY)
    assert (ran.status, ran.out) == (0, f"--- su\n+++ su\n@@ -1,1 +1,1 @@\n-{UGLY}+{NICE}")
    ran = command("fmt", "--stdin-filename", "su", typed=MISTAKE)
    assert (ran.status, ran.out) == (0, MISTAKE)
    assert ran.err.startswith("su:1: note: ")
    ran = command("fmt", "-", typed="\0")
    assert (ran.status, ran.out) == (1, "")
    assert ran.err.startswith("pamkit: `<stdin>`: line 1, byte 1: a NUL byte")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"# a\nauth \0\n", "line 2, byte 6: a NUL byte, which no text has\nhelp: libpam stops"),
        (b"# a\n\n# gr\xfc\xdfe\n", "line 3, byte 5: 0xfc is no UTF-8\nhelp: if it is Latin-1"),
        (b"#" * (MAX_POLICY + 1), f"cannot be read: the file has more than {MAX_POLICY} bytes"),
        (None, "cannot be read: no such file or directory\nhelp: name policies"),
    ],
)
def test_what_is_no_policy_is_named_and_the_others_are_laid_out(
    command: Command, policies: Path, content: bytes | None, said: str
) -> None:
    file = policies / "first"
    if content is not None:
        file.write_bytes(content)
    (policies / "second").write_text(UGLY)
    ran = command("fmt", str(file), f"{policies}/second")
    assert ran.status == 1
    assert ran.err.startswith(f"pamkit: `{file}`: {said}")
    assert (policies / "second").read_text() == NICE
    if content is not None:
        assert file.read_bytes() == content


def test_a_text_that_is_too_long_is_refused_on_standard_input() -> None:
    words = (sys.executable, "-m", "pamkit", "fmt", "-")
    done = subprocess.run(
        words, input=b"#" * (MAX_POLICY + 1), capture_output=True, check=False, cwd=ROOT / "src"
    )
    assert (done.returncode, done.stdout) == (1, b"")
    assert done.stderr.startswith(b"pamkit: `<stdin>`: the text has more than")


def test_what_is_no_file_is_said(command: Command, policies: Path) -> None:
    os.mkfifo(policies / "pipe")
    for path in (f"{policies}/pipe", "/dev/null"):
        ran = command("fmt", path)
        assert (ran.status, ran.err.splitlines()[0]) == (
            1,
            f"pamkit: `{path}`: not a regular file",
        )


@pytest.fixture
def public() -> Iterator[Path]:
    """Return a directory that everybody may look into."""
    with tempfile.TemporaryDirectory() as directory:
        os.chmod(directory, 0o755)
        yield Path(directory)
        os.chmod(directory, 0o755)


@pytest.mark.needs("unprivileged")
def test_what_may_not_be_read_or_written_is_said(
    command: Command, public: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    for name, mode in (("open", 0o644), ("secret", 0)):
        (public / name).write_text(UGLY)
        (public / name).chmod(mode)
    public.chmod(0o555)
    command("fmt", "--check", str(public / "open"))  # what is imported, nobody may read
    child = os.fork()
    if child == 0:
        status = 99
        try:
            if os.geteuid() == 0:
                os.setgroups([])
                os.setresgid(65534, 65534, 65534)
                os.setresuid(65534, 65534, 65534)
            status = main(["fmt", str(public)])
        finally:
            os._exit(status)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 1
    out, err = capfd.readouterr()
    advice = "help: run this as root, or as whoever the file belongs to\n"
    assert out == "2 files: 2 failed\n"
    assert err == (
        f"pamkit: `{public}/open`: cannot be replaced, and is as it was: permission denied\n"
        f"{advice}pamkit: `{public}/secret`: cannot be read: permission denied\n{advice}"
    )
    assert sorted(os.listdir(public)) == ["open", "secret"]


def test_a_write_that_fails_leaves_the_old_file(
    command: Command, policies: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (policies / "su").write_text(UGLY)

    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    ran = command("fmt", str(policies))
    assert ran.status == 1
    assert "cannot be replaced, and is as it was: no space left on device" in ran.err
    assert (os.listdir(policies), (policies / "su").read_text()) == (["su"], UGLY)


def test_what_is_changed_meanwhile_is_not_overwritten(
    command: Command, policies: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = policies / "su"
    file.write_text(UGLY)

    def changed(*words: object, **more: object) -> object:
        file.write_text("account required pam_deny.so\n")
        return laid_out(*words, **more)  # type: ignore[arg-type]  # handed on

    monkeypatch.setattr("pamkit.cli.fmt.laid_out", changed)
    ran = command("fmt", str(file))
    assert ran.status == 1
    assert "it was changed meanwhile, and is left so\nhelp: lay it out once more" in ran.err
    assert file.read_text() == "account required pam_deny.so\n"


def test_a_document_says_the_same(command: Command, policies: Path) -> None:
    (policies / "su").write_text(UGLY + MISTAKE)
    (policies / "su~").write_text(UGLY)
    (policies / "bad").write_bytes(b"\xff")
    (policies / "nice").write_text(NICE)
    ran = command("fmt", "--json", "--diff", "--check", str(policies))
    assert (ran.status, ran.err) == (1, "")
    document = json.loads(ran.out)
    assert (document["schema"], document.keys()) == (1, {"schema", "pamkit", "files"})
    bad, nice, su, backup = document["files"]
    assert [each["state"] for each in document["files"]] == [
        "failed",
        "unchanged",
        "would-change",
        "left-out",
    ]
    assert (bad["why"], bad["help"][:5]) == ("line 1, byte 1: 0xff is no UTF-8", "if it")
    assert (nice["why"], nice["help"], nice["notes"], nice["diff"]) == (None, None, [], "")
    assert su["notes"] == [{"line": 2, "message": "facility `auht` is unknown"}]
    assert su["diff"].endswith(f"-{UGLY}+{NICE} {MISTAKE}")
    assert (backup["file"], backup["why"]) == (f"{policies}/su~", "a backup")
    assert "diff" not in command("fmt", "--json", str(policies)).out
    assert (policies / "su").read_text() == NICE + MISTAKE
    ran = command("fmt", "--json", "--check", "-", typed=UGLY)
    assert (ran.status, json.loads(ran.out)["files"][0]["file"]) == (1, "<stdin>")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("-", "su"), "standard input is laid out alone"),
        (("-", "-"), "standard input is laid out alone"),
        (("--stdin-filename", "su", "su"), "standard input is laid out alone"),
        (("--stdin-filename", ""), "`--stdin-filename` wants a value"),
        (("--json", "-"), "`--json` and the text of standard input cannot have one"),
        (("--dialect", "debain", "-"), "there is no dialect `debain`: did you mean `debian`?"),
        (("",), "expected a path, found a blank one"),
        (("--root", "/nowhere"), "`/nowhere` is no directory"),
        (("--chek",), "there is no option `--chek`\nhelp: did you mean `--check`?"),
    ],
)
def test_a_command_line_that_cannot_be_used_is_said(
    command: Command, words: tuple[str, ...], said: str
) -> None:
    ran = command("fmt", *words)
    assert (ran.status, ran.out) == (2, "")
    assert ran.err.startswith(f"pamkit: {said}")


def test_what_a_terminal_would_obey_is_not_shown_there(
    command: Command, policies: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (policies / "su").write_text("auth required x.so # \x1b[31m\n")
    assert "\x1b[31m" in command("fmt", "--diff", str(policies)).out
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    shown = command("fmt", "--diff", str(policies)).out
    assert "+auth      required  x.so  # \\x1b[31m\n" in shown


# --- the corpus ---------------------------------------------------------------------------------


@cache
def _laid(text: str, *, conf: bool) -> str:
    return formatted(parse(text, "f", DEBIAN, with_service=conf), DEBIAN)


def _meanings(files: dict[str, str], service: str) -> object:
    try:
        policy = resolve(service, MemorySource(files), dialect=DEBIAN)
    except PolicyError as refused:
        return re.sub(r":\d+:\d+", "", str(refused))
    return [meaning_of(chain) for chain in compile_policy(policy).values()]


@pytest.mark.needs("corpus")
def test_every_service_of_the_corpus_means_what_it_did() -> None:
    odd = []
    for root, files in machines().items():
        new = {path: _laid(text, conf=is_conf(path)) for path, text in files.items()}
        for path in files:
            directory, _, service = path.rpartition("/")
            if directory in ("/etc/pam.d", "/usr/lib/pam.d") and (
                _meanings(files, service) != _meanings(new, service)
            ):
                odd.append((root, service))
    assert odd == []


@pytest.mark.needs("corpus")
def test_in_the_whole_corpus_twice_changes_nothing_and_older_libpams_read_the_same() -> None:
    odd = []
    for path, text in linux_files().items():
        conf = is_conf(path)
        once = _laid(text, conf=conf)
        if _laid(once, conf=conf) != once or _older(once, conf=conf) != _older(text, conf=conf):
            odd.append(path)
    assert odd == []


@cache
def _older(text: str, *, conf: bool) -> list[object]:
    file = parse(text, "f", DEBIAN, with_service=conf, quirks=frozenset(QUIRKS))
    return [file.complete, *map(meaning, file.entries)]


@pytest.mark.needs("corpus")
def test_a_directory_of_the_corpus_is_laid_out_in_one_go(command: Command, policies: Path) -> None:
    files = {
        path.rpartition("/")[2]: text
        for path, text in linux_files().items()
        if path.startswith("debian12/etc/pam.d/")
    }
    for name, text in files.items():
        (policies / name).write_text(text)
    assert command("fmt", "--managed", str(policies)).status == 0
    assert command("fmt", "--managed", "--check", str(policies)).status == 0
    found = {file.name: file.read_text() for file in policies.iterdir()}
    assert found == {
        name: formatted(parse(text, name, DEBIAN), DEBIAN) for name, text in files.items()
    }
    assert {stat.S_IMODE(file.stat().st_mode) for file in policies.iterdir()} == {0o644}


# --- the hook -----------------------------------------------------------------------------------

HOOKS = (ROOT / ".pre-commit-hooks.yaml").read_text()


def test_there_is_a_hook_that_takes_policies() -> None:
    (hook,) = (text for text in HOOKS.split("\n- id: ") if text.startswith("pamkit-fmt\n"))
    assert re.findall(r"^  entry: (.*)$", hook, re.M) == ["pamkit fmt"]
    wanted, unwanted = (
        re.compile(re.findall(rf"^  {key}: (.*)$", hook, re.M)[0]) for key in ("files", "exclude")
    )

    def is_taken(path: str) -> bool:
        return bool(wanted.search(path)) and not unwanted.search(path)

    taken = ["pam.d/su", "etc/pam.d/common-auth", "roles/x/files/pam.d/smtp.postfix", "pam.conf"]
    others = [
        "README.md",
        "etc/pam.d/su.j2",
        "pam.d/su.rpmnew",
        "pam.d/su~",
        "pam.d/a/b",
        "xpam.conf",
    ]
    others += ["pam.d/.su.swp", "etc/pam.d/su.dpkg-old", "apam.d/su"]
    assert [path for path in (*taken, *others) if is_taken(path)] == taken
