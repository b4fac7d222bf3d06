import subprocess

import pytest

from pamkit.docgen.man import roff
from pamkit.docgen.modules import declared, module_names
from pamkit.module.declaration import declare, example
from pamkit.module.options import Options, flag
from pamkit.vocab.facility import Primitive


class DoorOptions(Options):
    """Options of a module that does not exist."""

    wide_open: bool = flag("let all in", word="wide-open")


DOOR = declare(
    "pam_door",
    options=DoorOptions,
    answers={Primitive.ACCT_MGMT: "success"},
    examples=[example("su", ".auth required C:\\pam_door.so")],
)


def test_a_manual_page_says_what_the_declaration_says() -> None:
    page = roff(DOOR, "Open the ``door``.\n\n.so is the ending.\n\n- one")
    assert '.TH PAM_DOOR 8 "" "pamkit" "Service modules"\n' in page
    assert ".SH NAME\npam_door \\- Open the \\fBdoor\\fR\n" in page
    assert ".TP\n\\fBwide\\-open\\fR\nlet all in\n" in page
    assert ".TP\n\\fBPAM_SUCCESS\\fR\nSuccess; Answered by: \\fBacct_mgmt\\fR\n" in page


def test_nothing_in_a_text_is_taken_for_a_request_or_an_escape() -> None:
    page = roff(DOOR, "Open.\n\n.so is the ending.\n\n- 'quoted'")
    assert "\n\\&.so is the ending.\n" in page
    assert "\n\\&'quoted'\n" in page
    assert "\n\\&.auth required C:\\epam_door.so\n" in page


@pytest.mark.parametrize("name", module_names())
def test_the_manual_page_of_every_module_formats_without_a_warning(name: str) -> None:
    found = declared(name)
    assert found is not None
    try:
        done = subprocess.run(
            ["groff", "-man", "-Tutf8", "-Kutf8", "-ww"],
            input=roff(*found).encode(),
            capture_output=True,
            check=True,
        )
    except FileNotFoundError:
        assert roff(*found).startswith(".TH ")  # without groff there is nobody to ask
        return
    assert done.stderr == b""
