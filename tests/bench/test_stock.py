from __future__ import annotations

from bench.speed import stock


def test_the_modules_of_policies_are_those_of_rules_and_not_of_comments() -> None:
    sshd = "# pam_old.so was here\nauth required pam_b.so x=pam_c\n@include common-auth\n"
    other = "session [default=1] pam_a.so # pam_d.so\nauth required pam_b.so\n"
    assert stock.modules([sshd, other]) == ("pam_a", "pam_b")
