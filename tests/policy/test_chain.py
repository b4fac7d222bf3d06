from pamkit.policy.chain import Chain, Link, Substack
from pamkit.policy.control import ALL_BAD
from pamkit.vocab.facility import Facility
from pamkit.vocab.span import Span


def link(number: int) -> Link:
    return Link(number, "pam_x.so", (), ALL_BAD, "required", Span("f", number + 1))


def test_a_chain_gives_all_its_links_those_of_substacks_in_place() -> None:
    inner = Substack(1, "inner", (link(2), Substack(3, "empty", (), Span("f", 1))), Span("f", 2))
    chain = Chain(Facility.AUTH, "su", (link(0), inner, link(4)))
    assert [link.number for link in chain] == [0, 2, 4]


def test_a_link_is_a_place_and_equal_only_to_itself() -> None:
    assert link(0) != link(0)
    assert len({link(0), link(0)}) == 2


def test_a_chain_shows_itself_although_it_is_iterated_by_its_links() -> None:
    chain = Chain(Facility.AUTH, "x", ())
    assert repr(chain) == f"Chain(facility={Facility.AUTH!r}, origin='x', links=(), rules='')"
    assert chain.changed(origin="y").origin == "y"
