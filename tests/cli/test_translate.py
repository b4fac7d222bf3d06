from __future__ import annotations

from pathlib import Path

import pytest

from pamkit.analysis import translate_runs
from pamkit.analysis.translate_answers import Answers, Known
from pamkit.analysis.translate_basis import Rest
from pamkit.cli.translate_basis_words import basis_words
from pamkit.policy.dialect import dialect_named
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive

from .conftest import Command

CONF = """\
# of a machine
login auth required pam_unix_auth.so.1
login account required pam_unix_account.so.1
other password required pam_authtok_store.so.1
"""


@pytest.fixture
def conf(tmp_path: Path) -> Path:
    file = tmp_path / "pam.conf"
    file.write_text(CONF)
    return file


def test_a_pam_conf_is_written_with_its_services(command: Command, conf: Path) -> None:
    ran = command("translate", "--from", "solaris", "--to", "linux", str(conf))
    assert (ran.status, ran.err) == (0, "")
    same = "[success=ok try_again=die ignore=ignore default=bad] pam_unix.so"
    lines = [line for line in ran.out.splitlines() if not line.startswith("#")]
    assert f"login auth {same}" in lines
    assert "login session required pam_deny.so" in lines
    assert "# login: auth: another code is told" in ran.out
    assert max(map(len, ran.out.splitlines())) <= 100


def test_one_service_is_written_without_a_column(command: Command, tmp_path: Path) -> None:
    (tmp_path / "su").write_text("auth include part\n")
    (tmp_path / "part").write_text("auth required pam_unix.so\n")
    ran = command("translate", "--from", "linux", "--to", "openpam", str(tmp_path / "su"))
    assert (ran.status, ran.err) == (0, "")
    assert "\nauth required pam_unix.so\n" in ran.out


def test_files_that_others_take_in_are_no_services(command: Command, tmp_path: Path) -> None:
    (tmp_path / "su").write_text("auth include part\n")
    (tmp_path / "part").write_text("auth required pam_unix.so\n")
    ran = command("translate", "--from", "linux", "--to", "solaris", str(tmp_path))
    assert ran.status == 0
    assert "su auth required pam_unix_auth.so.1" in ran.out
    assert "part auth" not in ran.out


def test_a_service_that_another_takes_in_stays_a_service(command: Command, tmp_path: Path) -> None:
    """Left out, `other` would stand in for it."""
    login = "auth required pam_unix.so\naccount required pam_unix.so\n"
    (tmp_path / "login").write_text(login)
    (tmp_path / "remote").write_text("auth include login\naccount include login\n")
    ran = command("translate", "--from", "linux", "--to", "solaris", str(tmp_path))
    assert "\nlogin auth required pam_unix_auth.so.1\n" in ran.out
    assert "\nremote auth required pam_unix_auth.so.1\n" in ran.out


def test_a_part_that_is_named_is_translated(command: Command, tmp_path: Path) -> None:
    etc = tmp_path / "etc/pam.d"
    etc.mkdir(parents=True)
    (etc / "su").write_text("auth include part\n")
    (etc / "part").write_text("auth required pam_unix.so\n")
    words = ("translate", "--from", "linux", "--to", "solaris", "--root", str(tmp_path))
    assert "\npart auth required pam_unix_auth.so.1\n" in command(*words, "su", "part").out


def test_services_of_a_column_have_the_names_that_are_looked_for(
    command: Command, tmp_path: Path
) -> None:
    conf, into = tmp_path / "pam.conf", tmp_path / "out"
    conf.write_text("OTHER auth required pam_deny.so.1\nSu auth required pam_deny.so.1\n")
    into.mkdir()
    words = ("translate", "--from", "solaris", "--to", "linux", "-o", str(into), str(conf))
    assert command(*words).status == 0
    assert sorted(each.name for each in into.iterdir()) == ["other", "su"]


def test_a_module_that_is_another_one_there_is_refused(command: Command, tmp_path: Path) -> None:
    """On Linux it keeps nobody out."""
    lines = "".join(
        f"{each} required pam_unix.so\n" for each in ("auth", "account", "password", "session")
    )
    (tmp_path / "su").write_text(f"auth requisite pam_group.so group=wheel\n{lines}")
    ran = command("translate", "--from", "openpam", "--to", "linux", str(tmp_path / "su"))
    assert (ran.status, ran.out) == (1, "")
    assert "su: auth: linux has another module of that name" in ran.err


@pytest.mark.parametrize("target", ["macos", "solaris"])
def test_what_is_refused_tells_no_secrets(command: Command, tmp_path: Path, target: str) -> None:
    (tmp_path / "su").write_text("auth sufficient pam_mysql.so [x=a b] passwd=hunter2\n")
    ran = command("translate", "--from", "linux", "--to", target, str(tmp_path / "su"))
    assert (ran.status, "pam_mysql.so" in ran.err) == (1, True)
    assert "hunter2" not in ran.err


def test_where_one_file_is_there_none_is_written(
    command: Command, conf: Path, tmp_path: Path
) -> None:
    into = tmp_path / "out"
    into.mkdir()
    (into / "other").write_text("mine\n")
    ran = command("translate", "--from", "solaris", "--to", "linux", "-o", str(into), str(conf))
    assert (ran.status, [each.name for each in into.iterdir()]) == (2, ["other"])


def test_files_are_written_and_never_replaced_unasked(
    command: Command, conf: Path, tmp_path: Path
) -> None:
    into = tmp_path / "out"
    into.mkdir()
    words = ("translate", "--from", "solaris", "--to", "linux", "-o", str(into), str(conf))
    assert command(*words).status == 0
    assert sorted(each.name for each in into.iterdir()) == ["login", "other"]
    before = (into / "login").read_text()
    assert before.startswith("# Translated from solaris to linux.\n")
    (into / "login").write_text("mine\n")
    ran = command(*words)
    assert ran.status == 2
    assert "is there already" in ran.err
    assert (into / "login").read_text() == "mine\n"
    assert command(*words, "--force").status == 0
    assert (into / "login").read_text() == before


def test_what_is_refused_is_shown_and_nothing_is_written(command: Command, tmp_path: Path) -> None:
    into = tmp_path / "out"
    into.mkdir()
    file = tmp_path / "pam.conf"
    file.write_text(
        "su auth optional pam_a.so.1\nsu auth required pam_b.so.1\nlogin auth required pam_c.so.1\n"
    )
    ran = command("translate", "--from", "solaris", "--to", "openpam", "-o", str(into), str(file))
    assert (ran.status, ran.out) == (1, "")
    assert "su: auth: not translated to openpam: only the translation grants" in ran.err
    assert "pam_a.so.1 try_again" in ran.err
    assert list(into.iterdir()) == []


def test_what_cannot_be_written_is_refused(command: Command, tmp_path: Path) -> None:
    (tmp_path / "su").write_text("auth required pam_unix.so [a b]\n")
    ran = command("translate", "--from", "linux", "--to", "solaris", str(tmp_path / "su"))
    assert ran.status == 1
    assert "solaris cannot write" in ran.err


def test_a_line_that_is_wrong_is_refused(command: Command, tmp_path: Path) -> None:
    (tmp_path / "su").write_text("auth required\n")
    ran = command("translate", "--from", "linux", "--to", "solaris", str(tmp_path / "su"))
    assert ran.status == 1
    assert "su: auth: not translated to solaris: " in ran.err


def test_check_tells_of_other_families_if_it_is_asked(command: Command, tmp_path: Path) -> None:
    everything = ("auth", "account", "password", "session")
    lines = "".join(f"{each} required pam_unix.so\n" for each in everything)
    (tmp_path / "su").write_text(f"{lines}account required pam_access.so\n")
    words = ("check", "--plain", str(tmp_path / "su"))
    assert "portable-" not in command(*words).out
    assert "portable-must-change" in command(*words, "--portable").out
    alone = command(*words, "--rule", "unknown-control", "--portable")
    assert (alone.status, "portable-must-change" in alone.out) == (1, True)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--from", "linux", "--to", "linux", "su"), "written in already"),
        (("--from", "linux", "--to", "bsd", "su"), "bsd"),
        (("--from", "linux", "--to", "openpam", "/nowhere/at/all"), "cannot be read"),
    ],
)
def test_a_command_line_that_cannot_be_used(
    command: Command, words: tuple[str, ...], said: str
) -> None:
    ran = command("translate", *words)
    assert ran.status == 2
    assert said in ran.err


LDAP = "auth sufficient pam_ldap.so\nauth required pam_unix.so\n" + "".join(
    f"{each} required pam_unix.so\n" for each in ("account", "password", "session")
)


@pytest.fixture
def ldap(tmp_path: Path) -> str:
    (tmp_path / "svc").write_text(LDAP)
    return str(tmp_path / "svc")


def test_what_is_known_of_modules_is_used_and_said(command: Command, ldap: str) -> None:
    ran = command("translate", "--from", "linux", "--to", "solaris", ldap)
    assert (ran.status, ran.err) == (0, "")
    assert "# Granted as before, as long as modules answer what is known: " in ran.out
    said = "pam_ldap.so.1 never answers new_authtok_reqd, try_again to authenticate (linux: pam_"
    head, _, lines = ran.out.replace("\n#   ", " ").partition("svc: auth:")
    assert said in head
    assert f"\n# {said}" in lines
    assert "solaris: pam_ldap(7) of illumos)\nsvc auth sufficient pam_ldap.so.1\n" in lines


def test_every_answer_can_be_insisted_on(command: Command, ldap: str) -> None:
    ran = command("translate", "--from", "linux", "--to", "solaris", "--any-answer", ldap)
    assert (ran.status, ran.out) == (1, "")
    assert "pam_ldap.so new_authtok_reqd" in ran.err


def test_what_rests_on_nothing_says_so(command: Command, conf: Path) -> None:
    ran = command("translate", "--from", "solaris", "--to", "linux", str(conf))
    assert "# Granted as before, whatever modules answer: authenticate, acct_mgmt, " in ran.out
    assert "# setcred is NOT always granted as before, comments say where: " in ran.out
    assert "# close_session is granted as before, too." in ran.out


def test_a_line_that_is_left_out_is_named(command: Command, tmp_path: Path) -> None:
    lines = (
        "auth [success=1 default=ignore] pam_unix.so\nauth requisite pam_deny.so\n"
        "auth required pam_permit.so\nauth optional pam_cap.so\n"
    )
    (tmp_path / "svc").write_text(lines + LDAP.partition("pam_unix.so\n")[2])
    ran = command("translate", "--from", "debian", "--to", "openpam", str(tmp_path / "svc"))
    assert (ran.status, ran.err) == (0, "")
    said = ran.out.replace("\n#   ", " ")
    assert "auth: line 2, of pam_deny.so, is left out: the others do without it" in said
    assert " pam_deny.so never answers success, ignore to authenticate (debian: pam" in said
    assert "\nauth required pam_unix.so\n" in said


def test_what_is_only_supposed_of_a_module_is_said() -> None:
    known = Known("pam_ldap.so", "pam_ldap.so", {}, taken=True)
    never = frozenset(range(2, 32))
    rests = (
        Rest(0, Primitive.AUTHENTICATE, never),
        Rest(0, Primitive.SETCRED, frozenset({ReturnCode.IGNORE})),
    )
    ways = (dialect_named("linux"), dialect_named("macos"))
    (first, second) = basis_words(rests, Answers({0: known}), *ways)[0]
    assert first.startswith("pam_ldap.so answers nothing but success, open_err to authenticate (li")
    assert first.endswith("macos: NOTHING IS KNOWN of it, it is taken to be the same module)")
    assert second.startswith("pam_ldap.so never answers ignore to setcred (linux: pam_ldap(8)")


def test_a_function_that_is_not_there_is_said(command: Command, tmp_path: Path) -> None:
    (tmp_path / "svc").write_text("auth requisite pam_nologin.so\n" + LDAP)
    ran = command("translate", "--from", "linux", "--to", "openpam", str(tmp_path / "svc"))
    assert ran.status == 1
    assert "`pam_nologin.so` of openpam has no function for authenticate" in ran.err


def test_every_call_is_said_to_be_kept(command: Command, conf: Path, tmp_path: Path) -> None:
    words = ("translate", "--from", "solaris", "--to", "illumos", "--every-call")
    ran = command(*words, str(conf))
    assert ran.status == 0
    assert "chauthtok, setcred and close_session." in ran.out.replace("\n#   ", " ")
    into = tmp_path / "out"
    into.mkdir()
    ran = command(*words, "-o", str(into), str(conf))
    assert ran.out.startswith("Translated from solaris to illumos.\nGranted as before, whatever")


def test_what_was_not_compared_is_said(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(translate_runs, "MOST_PATHS", 0)
    (tmp_path / "svc").write_text(LDAP)
    ran = command("translate", "--from", "linux", "--to", "debian", str(tmp_path / "svc"))
    assert (ran.status, ran.err) == (0, "")
    assert "# setcred was NOT compared, there is too much to look at: `--every-call`" in ran.out
    assert "auth: setcred was not compared" in ran.out
