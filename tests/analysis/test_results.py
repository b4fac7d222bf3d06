"""What became of claims is shared by services with the same lines."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pamkit.analysis.claims import NO_GRANT_WITHOUT_PROOF
from pamkit.analysis.memory import Memory
from pamkit.analysis.results import Results
from pamkit.policy.chain import Chain
from pamkit.vocab.facility import Facility, Primitive

from .policies import chains, declarations


def test_a_claim_is_judged_once_for_the_lines_it_looks_at() -> None:
    memory = Memory()
    asked: list[Mapping[Facility, Chain]] = []

    def work(of: Any) -> None:
        asked.append(of[Facility.AUTH])

    auth = "auth substack sub\nauth required pam_unix.so\n"
    sub = "auth required pam_env.so\n"
    for text, there in ((auth, sub), (f"{auth}session required pam_unix.so\n", sub), (auth, auth)):
        results = Results(chains(text, sub=there), declarations, memory)
        for _ in range(2):
            results.of(NO_GRANT_WITHOUT_PROOF, work)
    assert len(asked) == 2


def test_what_is_made_of_lines_is_made_once() -> None:
    memory = Memory()
    auth = "auth required pam_unix.so\n"
    one, other = (Results(chains(auth), declarations, memory) for _ in range(2))
    assert one.made("x", Facility.AUTH, object) is other.made("x", Facility.AUTH, object)
    assert one.made("x", Facility.AUTH, object) is not one.made("y", Facility.AUTH, object)
    assert one.lines(Facility.AUTH) is not one.lines(Facility.SESSION)


def test_two_services_are_compared_once_for_the_lines_of_both() -> None:
    memory = Memory()
    one, other = (
        Results(chains(f"auth required {name}.so\n"), declarations, memory)
        for name in ("pam_unix", "pam_deny")
    )
    asked: list[int] = []

    def work() -> None:
        asked.append(1)

    one.beside(other, Primitive.AUTHENTICATE, work)
    one.beside(other, Primitive.AUTHENTICATE, work)
    other.beside(one, Primitive.AUTHENTICATE, work)
    assert len(asked) == 2
