"""OpenPAM and macOS: what their words mean, and what they do around a chain.

Source: `pam.conf(5)` and the library's source of OpenPAM (FreeBSD, NetBSD), Apple's OpenPAM-34.
"""

from __future__ import annotations

from pamkit.policy.control import NOTE, Action, actions_of
from pamkit.policy.dialect import AFTER, CALL, LINK, START, Dialect
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.families import BAD_CONSTANT

OPENPAM_KEYWORDS = (
    ("required", actions_of(Action.OK, Action.BAD)),
    ("requisite", actions_of(Action.OK, Action.DIE)),
    ("sufficient", actions_of(Action.DONE, NOTE)),
    ("optional", actions_of(Action.OK, NOTE)),
    ("binding", actions_of(Action.DONE, Action.BAD)),
)
"""The five control words; upper case is another word, and wrong."""

OPENPAM = Dialect(
    "openpam",
    at_include=False,
    jump_counts=False,
    keywords=OPENPAM_KEYWORDS,
    replays=False,
    no_module=(START, ReturnCode.SYSTEM_ERR),
    no_function=(LINK, ReturnCode.SYMBOL_ERR),
    bad_line=(START, ReturnCode.SYSTEM_ERR),
    no_lines=(START, ReturnCode.SYSTEM_ERR),
    bad_flags=BAD_CONSTANT,
    bad_pass=BAD_CONSTANT,
    establishes=False,
    wipes=AFTER,
    needs_conversation=False,
)
"""OpenPAM as FreeBSD has it, since 2014."""

NETBSD = OPENPAM.changed(name="netbsd")
"""OpenPAM as NetBSD has it: other places for policies, the same meaning."""

MACOS = OPENPAM.changed(
    name="macos",
    passes_unasked=True,
    no_function=(LINK, ReturnCode.MODULE_UNKNOWN),
    no_lines=(CALL, ReturnCode.AUTH_ERR),
)
"""Apple's OpenPAM: what nobody refuses is granted, and a facility without lines is refused."""

OPENPAM_DIALECTS = {dialect.name: dialect for dialect in (OPENPAM, NETBSD, MACOS)}
"""The dialects of this family by name."""
