import pytest

from pamkit.policy.dialect import DEBIAN, DIALECTS, LINUX, QUIRK_SETS, QUIRKS, quirks


def test_dialects_are_found_by_name() -> None:
    assert {"linux": LINUX, "debian": DEBIAN} == DIALECTS


def test_a_quirk_stands_for_itself_and_a_set_for_its_members() -> None:
    assert quirks(["empty-include"]) == {"empty-include"}
    assert quirks(["libpam"]) == QUIRK_SETS["libpam"]
    assert quirks(["libpam", "short-lines"]) == QUIRK_SETS["libpam"] | {"short-lines"}
    assert quirks([]) == frozenset()


def test_the_older_libpam_has_every_quirk() -> None:
    assert QUIRK_SETS["libpam"] < QUIRK_SETS["libpam-1.5"] == frozenset(QUIRKS)


def test_an_unknown_quirk_is_refused() -> None:
    with pytest.raises(KeyError, match="short-line"):
        quirks(["short-line"])
