import pytest

from pamkit.policy.leftover import leftover


@pytest.mark.parametrize(
    ("expected", "name"),
    [
        ("a backup", "su~"),
        ("a backup", "#su#"),
        ("a backup", "su.bak"),
        ("a backup", "su.OLD"),
        ("left by rpm", "su.rpmnew"),
        ("left by dpkg", "su.dpkg-old"),
        ("left by ucf", "su.ucf-dist"),
        ("left by xbps", "su.new-4.2_1"),
        ("left by pam-auth-update", "common-auth.pam-old"),
        ("a template", "su.j2"),
        ("a hidden file", ".su.swp"),
        ("a hidden file", ".bak"),
    ],
)
def test_a_name_says_what_is_no_policy(expected: str, name: str) -> None:
    assert leftover(name) == expected


@pytest.mark.parametrize(
    "name", ["su", "su-l", "systemd-user", "smtp.postfix", "login.pam", "pam.conf", "bak", "#su"]
)
def test_any_other_name_may_be_a_service(name: str) -> None:
    assert leftover(name) == ""
