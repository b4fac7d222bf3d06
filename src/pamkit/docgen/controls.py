"""The pages of the words that stand in the first two columns of a policy line."""

from __future__ import annotations

from pamkit.docgen.markdown import markdown
from pamkit.docgen.page import Bullets, Page, Section, Table, Text, Verbatim
from pamkit.policy.control import KEYWORDS, Action, action_word, to_brackets
from pamkit.semantics.table import CELLS, ENDINGS, Ending
from pamkit.semantics.verdict import Mood
from pamkit.vocab.codes import WORDS
from pamkit.vocab.contract import ANSWERS
from pamkit.vocab.facility import (
    FACILITY_OF,
    FACILITY_WORDS,
    HOOK_NAMES,
    REPLAYS,
    Facility,
    Primitive,
    word,
)
from pamkit.vocab.flags import ALLOWED, words

_CONTROLS = {
    "required": "It must succeed; if it fails, the others are still asked, and the answer is no.",
    "requisite": "It must succeed; if it fails, nobody behind it is asked, and the answer is no.",
    "sufficient": (
        "If it succeeds and nobody before it has failed, that is enough; its failure is ignored."
    ),
    "optional": "Its success counts if nothing else does; its failure is ignored.",
    "include": "The lines of another file stand here, those of the same facility.",
    "substack": (
        "The lines of another file stand here as a chain of their own: `done`, `die`, `reset`"
        " and jumps end or stay inside it."
    ),
    "@include": "All lines of another file stand here, of every facility; Debian's libpam only.",
}

_ACTIONS = {
    Action.IGNORE: "The answer has no say.",
    Action.OK: "The answer counts, unless an earlier one already said more.",
    Action.DONE: "The answer counts like `ok`, and if the chain stands well, it ends here.",
    Action.BAD: "The chain is denied; the first denial gives the code.",
    Action.DIE: "The chain is denied, and ends here.",
    Action.RESET: "The chain stands as it did when it, or its substack, was entered.",
}

_FACILITIES = {
    Facility.AUTH: "Who is the applicant, and what credentials does the user get?",
    Facility.ACCOUNT: "May this user come in, here and now?",
    Facility.PASSWORD: "How is a password changed?",
    Facility.SESSION: "What is done when a session begins and ends?",
}

_PRIMITIVES = {
    Primitive.AUTHENTICATE: "Make sure that the applicant is who he says he is.",
    Primitive.SETCRED: "Set, renew or delete the credentials of the user.",
    Primitive.ACCT_MGMT: "Check that the account may be used now.",
    Primitive.OPEN_SESSION: "Begin a session.",
    Primitive.CLOSE_SESSION: "End a session.",
    Primitive.CHAUTHTOK: "Change the password, in two passes: check first, then store.",
}


def control_page(name: str) -> str | None:
    """Return the page of a control word (`requisite`), or `None`."""
    name = name.lower()
    if name not in _CONTROLS:
        return None
    sections: tuple[Section, ...] = ()
    if name in KEYWORDS:
        sections = (Section("What it stands for", (Verbatim(to_brackets(KEYWORDS[name])),)),)
    return markdown(Page(name, _CONTROLS[name], (), sections))


def action_page(name: str) -> str | None:
    """Return the page of an action (`die`), or `None`."""
    for action, meaning in _ACTIONS.items():
        if action_word(action) == name.lower():
            cells = tuple((mood.name.lower(), CELLS[action][mood].name.lower()) for mood in Mood)
            return markdown(
                Page(
                    f"{action_word(action)} (action)",
                    meaning,
                    (Table(("Mood before", "Effect"), cells), Text(_ending(action))),
                )
            )
    return None


def facility_page(name: str) -> str | None:
    """Return the page of a facility (`account`), or `None`."""
    facility = FACILITY_WORDS.get(name.lower())
    if facility is None:
        return None
    points = tuple(
        f"`{primitive.name.lower()}`: {_PRIMITIVES[primitive]}"
        for primitive in Primitive
        if FACILITY_OF[primitive] is facility
    )
    return markdown(Page(f"{word(facility)} (facility)", _FACILITIES[facility], (Bullets(points),)))


def primitive_page(name: str) -> str | None:
    """Return the page of a primitive (`setcred`, `pam_setcred`, `pam_sm_setcred`), or `None`."""
    wanted = name.lower().removeprefix("pam_").removeprefix("sm_")
    for primitive in Primitive:
        if primitive.name.lower() == wanted:
            answers = ", ".join(f"`{WORDS[code]}`" for code in sorted(ANSWERS[primitive]))
            points = [
                f"It asks the lines of `{word(FACILITY_OF[primitive])}`",
                f"A module serves it with `{HOOK_NAMES[primitive]}`",
                f"Flags: `{words(ALLOWED[primitive])}`",
                f"Answers: {answers}",
            ]
            if primitive in REPLAYS:
                points.append(f"It follows the path of `{REPLAYS[primitive].name.lower()}`")
            summary = _PRIMITIVES[primitive]
            return markdown(Page(f"pam_{wanted}", summary, (Bullets(tuple(points)),)))
    return None


def control_names() -> tuple[str, ...]:
    """Return the words of controls, actions, facilities and primitives."""
    return (
        *_CONTROLS,
        *(action_word(action) for action in _ACTIONS),
        *FACILITY_WORDS,
        *(f"pam_{primitive.name.lower()}" for primitive in Primitive),
    )


def spelled_out() -> Table:
    """Return the four keywords and the bracket forms they stand for."""
    rows = tuple((f"`{name}`", f"`{to_brackets(table)}`") for name, table in KEYWORDS.items())
    return Table(("Keyword", "Stands for"), rows)


def _ending(action: Action) -> str:
    match ENDINGS[action]:
        case Ending.NEVER:
            return "The chain goes on."
        case Ending.ALWAYS:
            return "The chain, or its substack, ends here."
        case Ending.IF_POSITIVE:
            return "The chain, or its substack, ends here if it is granted or qualified by then."
