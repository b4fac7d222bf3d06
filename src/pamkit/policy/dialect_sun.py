"""Sun's family: what its words mean, and what it does around a chain.

Source: `pam.conf(5)` of Solaris 11 and illumos, the libraries of illumos and of CDE (1996).
"""

from __future__ import annotations

from pamkit.policy.control import NOTE, SETTLE, Action, actions_of
from pamkit.policy.dialect import AFTER, CALL, LINK, ON_FAILURE, Dialect
from pamkit.vocab.codes import ReturnCode

ILLUMOS_KEYWORDS = tuple(
    # Whoever says "try again", and whatever its control: the call ends.
    (word, actions_of(success, failure, try_again=Action.DIE))
    for word, success, failure in (
        ("required", Action.OK, Action.BAD),
        ("requisite", Action.OK, Action.DIE),
        ("sufficient", Action.DONE, NOTE),
        ("optional", Action.OK, NOTE),
        ("binding", Action.DONE, Action.BAD),
    )
)
"""The five control words of illumos."""

SOLARIS_KEYWORDS = (
    *ILLUMOS_KEYWORDS,
    ("definitive", actions_of(SETTLE, Action.DIE)),
)
"""Solaris 11 has one more: its answer is the last, unless it is to be ignored."""

CDE_KEYWORDS = (
    ("required", actions_of(Action.OK, Action.BAD)),
    ("sufficient", actions_of(Action.DONE, NOTE)),
    ("optional", actions_of(Action.OK, NOTE)),
)
"""The three words that there were in 1996."""

SOLARIS = Dialect(
    "solaris",
    at_include=False,
    jump_counts=False,
    keywords=SOLARIS_KEYWORDS,
    replays=False,
    reads_each_call=True,
    no_module=(CALL, ReturnCode.OPEN_ERR),
    no_function=(CALL, ReturnCode.SYMBOL_ERR),
    bad_line=(CALL, ReturnCode.SYSTEM_ERR),
    no_lines=(CALL, ReturnCode.SYSTEM_ERR),
    bad_flags=ReturnCode.SUCCESS,
    bad_pass=ReturnCode.SYMBOL_ERR,
    establishes=False,
    wipes=ON_FAILURE,
    needs_conversation=False,
)
"""Solaris 11, by its pages."""

ILLUMOS = SOLARIS.changed(name="illumos", keywords=ILLUMOS_KEYWORDS)
"""illumos, as measured; but a facility without lines is refused."""

CDE = SOLARIS.changed(
    name="cde",
    keywords=CDE_KEYWORDS,
    reads_each_call=False,
    done_check_is_all=True,
    passes_unasked=True,
    no_module=(LINK, ReturnCode.MODULE_UNKNOWN),
    no_function=(LINK, ReturnCode.MODULE_UNKNOWN),
    bad_line=(LINK, ReturnCode.IGNORE),
    wipes=AFTER,
)
"""CDE's libpam of 1996, the ancestor, which passes over what does not load."""

# Nothing of these two was run: their pages give the words, and pass over what is wrong or missing.
AIX = CDE.changed(
    name="aix",
    keywords=(*CDE_KEYWORDS, ("requisite", actions_of(Action.OK, Action.DIE))),
    done_check_is_all=False,
)
"""AIX, by its pages."""

HPUX = AIX.changed(name="hpux", keywords=CDE_KEYWORDS)
"""HP-UX, by its pages."""

SUN_DIALECTS = {dialect.name: dialect for dialect in (SOLARIS, ILLUMOS, CDE, AIX, HPUX)}
"""The dialects of this family by name."""
