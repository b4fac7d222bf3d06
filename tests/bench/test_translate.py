"""The table of translations: what it counts, and how it words why a policy is refused."""

from __future__ import annotations

from pathlib import Path

from bench.translate import outcome, policies
from pamkit.policy.dialect import dialect_named

_REST = (
    "account required pam_unix.so\npassword required pam_unix.so\nsession required pam_deny.so\n"
)


def test_it_counts_what_is_written_and_says_why_the_rest_is_not(tmp_path: Path) -> None:
    place = tmp_path / "machine/etc/pam.d"
    place.mkdir(parents=True)
    (place / "part").write_text("auth required pam_unix.so\n")
    (place / "su").write_text("auth include part\n" + _REST)
    (place / "login").write_text("auth requisite pam_nologin.so\nauth include part\n" + _REST)
    (place / "odd").write_text(
        "auth sufficient pam_x.so\nauth required pam_y.so\nauth include part\n" + _REST
    )
    every = policies(tmp_path, "machine", dialect_named("debian"))
    assert [each.service for each in every] == ["login", "odd", "su"]
    found = outcome(every, dialect_named("solaris"), any_answer=False, verbose=False)
    assert (found.services, found.written) == (3, 2)
    assert list(found.reasons) == [
        "debian to solaris: auth: only the translation grants: pam_x.so new_authtok_reqd"
    ]
    found = outcome(every, dialect_named("openpam"), any_answer=False, verbose=False)
    assert list(found.reasons) == [
        "debian to openpam: auth: `pam_nologin.so` of openpam has no function for authenticate"
    ]
