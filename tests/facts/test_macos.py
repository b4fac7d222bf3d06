"""No policy that macOS brings names a module for a function that it lacks.

So a line that cannot be asked may refuse (`docs/dialects.md`), and nobody is locked out by it.
"""

from __future__ import annotations

import pytest

from pamkit.cli.declarations import declarations
from pamkit.policy.dialect import dialect_named
from pamkit.vocab.facility import FACILITY_OF, FACILITY_WORDS, Primitive

# Facility, and the modules that stand there in the twenty policies of OpenPAM-34.
_NAMED = {
    "auth": "aks deny krb5 localauthentication mount ntlm opendirectory permit rootok smartcard",
    "account": "deny group nologin opendirectory permit sacl self",
    "session": "deny launchd mount permit uwtmp",
    "password": "deny opendirectory permit",
}
_PAIRS = [(facility, name) for facility, names in _NAMED.items() for name in names.split()]


@pytest.mark.parametrize(("facility", "name"), _PAIRS)
def test_a_module_of_macos_has_the_functions_of_its_lines(facility: str, name: str) -> None:
    declaration = declarations(dialect_named("macos"))(f"pam_{name}.so")
    assert declaration is not None
    wanted = {each for each in Primitive if FACILITY_OF[each] is FACILITY_WORDS[facility]}
    assert wanted - set(declaration.answers) == set()
