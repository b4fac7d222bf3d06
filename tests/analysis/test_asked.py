"""What links of a chain may answer in one call, and how families judge that."""

from __future__ import annotations

import pytest

from pamkit.analysis.asked import Asked, in_the_library, row_of, with_answer
from pamkit.policy.chain import Link
from pamkit.policy.control import KEYWORDS
from pamkit.policy.dialect import CALL, LINK, dialect_named
from pamkit.vocab.codes import CODE_COUNT, ReturnCode
from pamkit.vocab.facility import Facility, Primitive
from pamkit.vocab.span import Span
from tests.analysis.apart_trees import tree_of

_LINUX, _SOLARIS, _MACOS = map(dialect_named, ("linux", "solaris", "macos"))


def _asked(text: str, primitive: Primitive, update: bool | None = None) -> Asked:
    (service,) = tree_of("linux", text).services
    facility = Facility.AUTH if primitive is Primitive.SETCRED else Facility.ACCOUNT
    links = [link for link in service.chains[facility].links if isinstance(link, Link)]
    return Asked(service, links, primitive, update)


def test_answers_that_both_families_treat_alike_are_one() -> None:
    asked = _asked("account optional pam_x.so\n", Primitive.ACCT_MGMT)
    ways = asked.way(_LINUX, other=_SOLARIS), asked.way(_SOLARIS, other=_LINUX)
    (answers,) = asked.answers(*ways)
    assert (int(ReturnCode.SUCCESS),) in answers
    assert (int(ReturnCode.PERM_DENIED),) not in answers  # as any other error, and less usual
    assert len(answers) < len(asked.answers(*ways, alike=2)[0]) < CODE_COUNT


def test_a_call_that_follows_another_one_has_two_answers_where_one_of_both_looks_back() -> None:
    asked = _asked("auth required pam_x.so\n", Primitive.SETCRED)
    assert asked.earlier is Primitive.AUTHENTICATE
    for here, there, count in ((_LINUX, _SOLARIS, 2), (_SOLARIS, _LINUX, 2), (_SOLARIS, _MACOS, 1)):
        ways = asked.way(here, other=there), asked.way(there, other=here)
        assert {len(each) for each in asked.answers(*ways)[0]} == {count}


def test_a_module_without_the_function_is_known_and_who_refuses_the_call_for_it() -> None:
    text = "account required pam_x.so\naccount required pam_pwquality.so\n"
    asked = _asked(text, Primitive.ACCT_MGMT)
    assert asked.lacking == {1}
    assert asked.is_refused(_SOLARIS)
    assert not asked.is_refused(_LINUX)
    assert len(set(asked.way(_LINUX, other=_SOLARIS).rows[1])) == 1
    assert not _asked(text.splitlines()[0] + "\n", Primitive.ACCT_MGMT).is_refused(_SOLARIS)


@pytest.mark.parametrize(
    ("dialect", "control", "known"),
    [
        ("linux", "Required", True),
        ("solaris", "Required", True),
        ("openpam", "Required", False),
        ("linux", "binding", False),
        ("openpam", "binding", True),
        ("linux", "[success=ok]", False),
    ],
)
def test_a_control_is_known_by_its_word_and_the_case_where_that_counts(
    dialect: str, control: str, known: bool
) -> None:
    link = Link(0, "pam_x.so", (), (0,) * CODE_COUNT, control, Span("p", 1))
    assert (row_of(link, dialect_named(dialect)) is not None) is known


def test_a_library_that_passes_over_faults_of_modules_does_so_with_those_of_a_link() -> None:
    fault = (LINK, int(ReturnCode.MODULE_UNKNOWN))
    assert in_the_library(_MACOS, fault) == (
        (LINK, ReturnCode.IGNORE) if _MACOS.passes_unasked else fault
    )
    laxer = _LINUX.changed(passes_unasked=True)
    assert in_the_library(_LINUX, fault) == fault
    assert in_the_library(laxer, fault) == (LINK, ReturnCode.IGNORE)
    assert in_the_library(laxer, (CALL, fault[1])) == (CALL, fault[1])


def test_a_line_can_be_made_to_take_every_answer_for_one() -> None:
    rows = (KEYWORDS["required"], KEYWORDS["optional"])
    made = with_answer(rows, 1, ReturnCode.SUCCESS)
    assert made[0] == rows[0]
    assert made[1] == (rows[1][ReturnCode.SUCCESS],) * CODE_COUNT
