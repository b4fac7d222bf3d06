import pytest

from pamkit.module.declaration import Example, declare, example
from pamkit.module.facts import GRANTS_WITHOUT_SECRET, NEVER_PROMPTS
from pamkit.module.options import NoOptions, Options, flag
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Facility, Primitive
from pamkit.vocab.item import Item


class Sample(Options):
    """One flag."""

    trust: bool = flag("trust")


MODULE = declare(
    "pam_sample",
    options=Sample,
    answers={
        Primitive.OPEN_SESSION: "success",
        Primitive.AUTHENTICATE: "success auth_err",
        Primitive.SETCRED: "success",
    },
    reads=[Item.USER],
    sets=[Item.AUTHTOK],
    facts=[NEVER_PROMPTS, GRANTS_WITHOUT_SECRET.when(trust=True)],
    files=["/etc/sample"],
    examples=[example("su", "auth required pam_sample.so", "as usual")],
)


def test_answers_are_codes() -> None:
    assert MODULE.answers[Primitive.AUTHENTICATE] == {ReturnCode.SUCCESS, ReturnCode.AUTH_ERR}


def test_the_form_is_kept_as_it_was_filled_in() -> None:
    assert (MODULE.name, MODULE.options, MODULE.files) == ("pam_sample", Sample, ("/etc/sample",))
    assert MODULE.reads == {Item.USER}
    assert MODULE.sets == {Item.AUTHTOK}
    assert MODULE.examples == (Example("su", "auth required pam_sample.so", "as usual"),)


def test_facilities_follow_from_the_primitives() -> None:
    assert MODULE.facilities == (Facility.AUTH, Facility.SESSION)


def test_a_fact_is_asked_for_the_options_of_a_line() -> None:
    assert MODULE.fact("never-prompts", Sample())
    assert MODULE.fact("grants-without-secret", Sample(trust=True))
    assert not MODULE.fact("grants-without-secret", Sample())
    assert not MODULE.fact("always-fails", Sample())


def test_a_word_that_names_no_code_is_refused() -> None:
    with pytest.raises(ValueError, match="`sucess` names no return code"):
        declare("pam_x", answers={Primitive.AUTHENTICATE: "sucess"}, examples=[])


def test_a_module_may_have_no_options() -> None:
    assert declare("pam_x", answers={}, examples=[]).options is NoOptions
