"""The common files that Debian's pam-auth-update makes of profiles: profiles in, files out.

Of each file only the lines between the marks are made; what stands around them is a template of the
distribution.  Source: `pam-auth-update(8)`, the wiki page PAMConfigFrameworkSpec, and its output.
"""

from __future__ import annotations

from pamkit.vocab.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping


class Profile(Record):
    """A file of `/usr/share/pam-configs`: its name there, and its fields; names in small letters.

    Fields that hold lines have one for each line, without the blanks before it.
    """

    name: str
    fields: Mapping[str, tuple[str, ...]]

    @property
    def priority(self) -> int:
        """The higher it is, the further up the lines stand."""
        word = " ".join(self.fields.get("priority", ()))
        return int(word) if word.isdecimal() else 0

    @property
    def is_default(self) -> bool:
        """Whether the profile is taken unless somebody switches it off."""
        return self.fields.get("default", ())[:1] == ("yes",)

    @property
    def is_interactive(self) -> bool:
        """Whether its session lines are for sessions with a person only."""
        return "session-interactive-only" in self.fields

    def block(self, kind: str) -> str:
        """Return in which block its lines of a kind stand: `primary`, `additional` or none."""
        return " ".join(self.fields.get(f"{kind}-type", ())).lower()

    def lines(self, kind: str, *, first: bool) -> tuple[str, ...]:
        """Return its lines of a kind; the first of a block may have others."""
        initial = self.fields.get(f"{kind}-initial", ()) if first else ()
        return initial or self.fields.get(kind, ())


COMMON = {
    "common-account": "account",
    "common-auth": "auth",
    "common-password": "password",
    "common-session": "session",
    "common-session-noninteractive": "session",
}
"""The files that are made, and the facility of the lines in them."""


def read_profile(name: str, text: str) -> Profile:
    """Return the profile that a text is: `Field: value`, and behind it the lines of a field."""
    fields: dict[str, tuple[str, ...]] = {}
    field = ""
    for line in text.splitlines():
        if line.startswith("#") or not line.strip():
            continue
        name_of_field, colon, value = line.partition(":")
        # A line without a field is one of the field above, with blanks before it or without.
        if colon and not any(map(str.isspace, name_of_field)):
            field = name_of_field.lower().removesuffix("-final")
            fields[field] = (value.strip(),) if value.strip() else ()
        else:
            fields[field] = (*fields.get(field, ()), line.strip())
    return Profile(name, fields)


def common_files(profiles: Iterable[Profile]) -> dict[str, str]:
    """Return the text of each common file, by name, with the lines of all these profiles."""
    by_name = sorted(profiles, key=lambda each: each.name, reverse=True)
    order = sorted(by_name, key=lambda each: -each.priority)
    return {name: "".join(f"{line}\n" for line in _lines(name, order)) for name in COMMON}


def _lines(name: str, profiles: list[Profile]) -> Iterator[str]:
    kind = COMMON[name]
    if name.endswith("-noninteractive"):
        profiles = [profile for profile in profiles if not profile.is_interactive]
    primary = list(_block("primary", kind, profiles))
    for at, line in enumerate(primary):
        # Behind the block stands the denial, which success jumps over as well.
        yield f"{kind}\t{line.replace('=end', f'={len(primary) - at}')}"
    if not primary:
        yield f"{kind}\t[default=1]\tpam_permit.so"
    yield f"{kind}\trequisite\tpam_deny.so"
    yield f"{kind}\trequired\tpam_permit.so"
    additional = list(_block("additional", kind, profiles))
    for at, line in enumerate(additional):
        yield f"{kind}\t{line.replace('=end', f'={len(additional) - at}')}"


def _block(block: str, kind: str, profiles: list[Profile]) -> Iterator[str]:
    first = True
    for profile in profiles:
        if profile.block(kind) == block:
            yield from profile.lines(kind, first=first)
            first = False
