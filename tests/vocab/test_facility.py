from pamkit.vocab.facility import (
    FACILITY_OF,
    FACILITY_WORDS,
    HOOK_NAMES,
    REPLAYS,
    Facility,
    Primitive,
    word,
)


def test_words_and_facilities_go_both_ways() -> None:
    assert set(Facility) == set(FACILITY_WORDS.values())
    assert all(FACILITY_WORDS[word(facility)] is facility for facility in Facility)


def test_every_primitive_has_a_facility_and_a_hook() -> None:
    assert set(Primitive) == set(FACILITY_OF) == set(HOOK_NAMES)
    assert HOOK_NAMES[Primitive.ACCT_MGMT] == "pam_sm_acct_mgmt"


def test_a13_setcred_and_close_follow_a_primitive_of_their_facility() -> None:
    assert {Primitive.SETCRED, Primitive.CLOSE_SESSION} == set(REPLAYS)
    assert all(FACILITY_OF[late] is FACILITY_OF[early] for late, early in REPLAYS.items())
