"""Texts of ours in another language, with a catalogue that a test can read."""

from typing import TYPE_CHECKING, cast

import pytest

from pamkit.stores.translation import translated

if TYPE_CHECKING:
    from pamkit.stores.c_library import CLibrary

TEXTS = {
    b"Password: ": b"Losung: ",
    b"Retype new password: ": b"Neue Losung nochmal: ",
    b"Retype new %s password: ": b"Neue %s-Losung nochmal: ",
    b"New %s password: ": b"Neue Losung: ",  # the gap is lost
    b"Current %s password: ": b"%s und %n: ",  # one too many
    b"Changing password for %s.": "Neue Losung für %s.".encode(),
    b"Retype %s": b"Nochmal: %s",
    b"You have new mail in folder %s.": b"Neue Post in %s.",
}


class Catalogue:
    """Stands for the C library."""

    def translate(self, text: bytes) -> bytes:
        if b"\0" in text:
            raise ValueError
        return TEXTS.get(text, text)

    def translate_plural(self, one: bytes, many: bytes, count: int) -> bytes:
        if b"failed" in one:
            assert (b" attempt " in one, b" attempts " in many) == (True, True)
            return b"ein Fehler" if count == 1 else b"%d Fehler"
        assert (b" day." in one, b" days." in many) == (True, True)
        return b"noch %d Tag" if count == 1 else b"noch %d Tage"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Password: ", "Losung: "),
        ("Password:", "Password:"),
        ("", ""),
        ("Retype new password: ", "Neue Losung nochmal: "),
        ("Retype new UNIX password: ", "Neue UNIX-Losung nochmal: "),
        ("Retype new %s password: ", "Neue %s-Losung nochmal: "),
        ("Retype that: ", "Nochmal: that: "),
        ("New UNIX password: ", "New UNIX password: "),
        ("Current UNIX password: ", "Current UNIX password: "),
        ("Changing password for jürgen.", "Neue Losung für jürgen."),
        ("You have new mail in folder /m/alice.", "Neue Post in /m/alice."),
        ("Changing password for .", "Changing password for ."),
        ("Changing password for \udcff.", "Neue Losung für \udcff."),
        ("Warning: your password will expire in 1 day.", "noch 1 Tag"),
        ("Warning: your password will expire in 7 days.", "noch 7 Tage"),
        (f"Warning: your password will expire in {'9' * 30} days.", None),
        ("There were 5 failed login attempts since the last successful login.", "5 Fehler"),
        ("Warning: your password will expire in a few days.", None),
        ("Warning: your password will expire in ² days.", None),
        ("Password: \0", None),
        ("\ud800", None),
    ],
)
def test_a_text_is_translated_around_what_was_filled_in(text: str, expected: str | None) -> None:
    expected = text if expected is None else expected
    assert translated(text, cast("CLibrary", Catalogue())) == expected


def test_a_program_without_a_language_is_spoken_to_in_english() -> None:
    assert translated("Password: ") == "Password: "
    assert translated("Changing password for alice.") == "Changing password for alice."
    line = "Warning: your password will expire in 7 days."
    assert translated(line) == line
