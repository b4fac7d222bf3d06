from __future__ import annotations

from pamkit.analysis.surroundings import Mode, Surroundings

from .trees import ListedMemory, Moded, example

_FILES = {
    "/etc/security/faillock.conf": "deny = 3\n",
    "/etc/shadow": None,
    "/etc/pam.d/sshd": Moded("", Mode(0, 0, 0o666)),
    "/usr/lib/security/pam_unix.so": "",
    "/usr/lib/security/README": "",
}


def _around(*, whole: bool = False, closed: bool = False) -> Surroundings:
    return Surroundings(ListedMemory(_FILES), whole=whole, closed=closed)


def test_a_file_of_the_tree_is_read() -> None:
    around = _around()
    assert around.text("/etc/security/faillock.conf") == "deny = 3\n"
    assert around.text("/etc/security/faillock.conf") == "deny = 3\n"
    assert around.has("/etc/security/faillock.conf") is True


def test_what_is_not_in_a_part_of_a_system_is_not_known_to_be_absent() -> None:
    assert _around().text("/etc/login.defs") is None
    assert _around().has("/etc/login.defs") is None
    assert _around().modules() is None


def test_what_is_not_in_a_whole_system_is_absent() -> None:
    assert _around(whole=True).text("/etc/login.defs") == ""
    assert _around(whole=True).has("/etc/login.defs") is False
    assert _around(whole=True).modules() == frozenset({"pam_unix"})


def test_what_cannot_be_read_is_there_and_says_nothing() -> None:
    assert _around(whole=True).text("/etc/shadow") is None
    assert _around(whole=True).has("/etc/shadow") is True


def test_beside_a_directory_of_policies_alone_nothing_is_known() -> None:
    around = _around(whole=True, closed=True)
    path = "/etc/security/faillock.conf"
    assert [around.text(path), around.has(path), around.mode(path)] == [None] * 3
    assert around.names("/etc/security") == ()
    assert around.modules() is None


def test_who_may_write_a_file_is_told() -> None:
    mode = _around().mode("/etc/pam.d/sshd")
    assert mode == Mode(0, 0, 0o666)
    assert not mode.is_roots_alone
    assert Mode(0, 0, 0o664).is_roots_alone
    assert not Mode(0, 5, 0o664).is_roots_alone
    assert not Mode(5, 0, 0o644).is_roots_alone
    assert _around().mode("/etc/security/faillock.conf") is None


def test_an_example_can_say_who_may_write_a_file() -> None:
    files = example("sshd: (mode 0666)\nauth required pam_unix.so\n")
    text = files["sshd"]
    assert isinstance(text, Moded)
    assert text.mode == Mode(0, 0, 0o666)


def test_bytes_that_are_no_text_come_back_as_they_were() -> None:
    files = {"/etc/odd": "caf\udce9"}
    assert Surroundings(ListedMemory(files), whole=False).data("/etc/odd") == b"caf\xe9"
    assert Surroundings(ListedMemory(files), whole=False).data("/etc/none") is None
