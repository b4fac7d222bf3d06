"""What no line hangs on any more is forgotten."""

from __future__ import annotations

from pamkit.analysis.fading import fading
from pamkit.analysis.known_modules import TABLES
from pamkit.analysis.model import Model
from pamkit.vocab.facility import Facility, Primitive
from tests.analysis.policies import chains, declarations


def test_a_circumstance_matters_up_to_the_last_line_that_hangs_on_it() -> None:
    text = (
        "auth required pam_localuser.so\nauth required pam_rootok.so\nauth required pam_permit.so\n"
    )
    chain = chains(text)[Facility.AUTH]
    keep = fading(chain, Model(declarations, Primitive.AUTHENTICATE, special=TABLES))
    first, second, third = chain
    assert [keep(link, "user") for link in (first, second, third, None)] == [True, *[False] * 3]
    assert [keep(link, "caller") for link in (first, second, third)] == [True, True, False]
    assert not keep(first, "secret")
