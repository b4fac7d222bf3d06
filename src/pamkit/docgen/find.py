"""A name to its pages: a module, a code, a flag, an item, a word of a policy, a quirk, a rule."""

from __future__ import annotations

from pamkit.analysis.catalog import rule_names
from pamkit.docgen.codes import code_names, code_page
from pamkit.docgen.controls import (
    action_page,
    control_names,
    control_page,
    facility_page,
    primitive_page,
)
from pamkit.docgen.dialects import dialect_names, dialect_page, quirk_page
from pamkit.docgen.flags import flag_names, flag_page
from pamkit.docgen.items import item_names, item_page
from pamkit.docgen.modules import family_module_names, module_names, module_page
from pamkit.docgen.rules import rule_page
from pamkit.docgen.sheets import sheet_names, sheet_page
from pamkit.policy.suggest import closest

_KINDS = (
    module_page,
    sheet_page,
    control_page,
    action_page,
    facility_page,
    primitive_page,
    code_page,
    flag_page,
    item_page,
    dialect_page,
    quirk_page,
    rule_page,
)


def find(name: str) -> str | None:
    """Return the Markdown of every page a name has; `None` if it has none.

    A name may be written as in a policy, in C or in a manual: `pam_unix`, `pam_unix.so`,
    `PAM_AUTH_ERR`, `auth_err`, `7`, `rhost`, `requisite`, `pam_sm_setcred(3)`,
    `empty-include`, `nullok`, `MOD-06`.
    """
    name = _plain(name)
    wanted = (name, *(each for each in family_module_names() if each.partition(".")[2] == name))
    pages = [page for one in wanted for kind in _KINDS if (page := kind(one)) is not None]
    return "\n".join(pages) or None


def names() -> tuple[str, ...]:
    """Return every name that has a page, in its usual spelling."""
    found = (
        *module_names(),
        *family_module_names(),
        *sheet_names(),
        *control_names(),
        *code_names(),
        *flag_names(),
        *item_names(),
        *dialect_names(),
        *rule_names(),
    )
    return tuple(dict.fromkeys(found))


def did_you_mean(name: str) -> str:
    """Return a help line for a name without a page; it names the nearest one, if one is near."""
    near = _nearest(_plain(name))
    if near:
        return f"did you mean `{near}`?"
    return "expected a module, code, flag, item, control, dialect, quirk or rule"


def _nearest(name: str) -> str:
    """Compare without regard to case and to the `PAM_` that people leave out."""
    known = {known.lower(): known for known in names()}
    short = {label.removeprefix("pam_"): spelled for label, spelled in known.items()}
    near = closest(name.lower(), known)
    if near:
        return known[near]
    return short.get(closest(name.lower().removeprefix("pam_"), short), "")


def _plain(name: str) -> str:
    """Strip directory, `.so`, the version that Sun's family writes behind it, manual section."""
    name = name.strip()
    if name.endswith(")"):
        name = name.partition("(")[0]
    name = name.rpartition("/")[2]
    stem, is_shared, version = name.partition(".so")
    return stem if is_shared and version.lstrip(".").isdigit() else name.removesuffix(".so")
