"""What two families make of an answer at which they part, in words."""

from __future__ import annotations

from tests.analysis.apart_trees import apart_of


def test_only_the_first_error_of_all_is_put_aside() -> None:
    lines = "account sufficient pam_x.so\naccount optional pam_y.so\n"
    first, second = apart_of("linux", lines, "must-change", to="openpam")
    assert first.ways["openpam"].startswith("a new password is wanted, unless a later line says no")
    assert second.about == "if the module answers `new_authtok_reqd`"
    assert second.ways == {
        "linux": "a new password is wanted, unless a later line says no",
        "openpam": "it changes nothing",
    }
