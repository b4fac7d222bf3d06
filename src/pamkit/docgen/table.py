"""The page of the meaning of PAM: the 24 cells, and a diagram made by running them."""

from __future__ import annotations

from pamkit.docgen.controls import spelled_out
from pamkit.docgen.markdown import markdown
from pamkit.docgen.page import Page, Section, Table, Text, Verbatim
from pamkit.policy.control import Action, action_word
from pamkit.semantics.table import CELLS, ENDINGS, Ending, step
from pamkit.semantics.verdict import START, Mood, Verdict
from pamkit.vocab.codes import ReturnCode

_ENDINGS = {
    Ending.NEVER: "never",
    Ending.ALWAYS: "always",
    Ending.IF_POSITIVE: "if granted or qualified by then",
}

# One answer of each kind the table tells apart, and a code for each mood to stand in.
_ANSWERS = {"success": ReturnCode.SUCCESS, "another code": ReturnCode.AUTH_ERR}
_STANDS = {
    Mood.UNDECIDED: START,
    Mood.GRANTED: Verdict(Mood.GRANTED, ReturnCode.SUCCESS),
    Mood.QUALIFIED: Verdict(Mood.QUALIFIED, ReturnCode.NEW_AUTHTOK_REQD),
    Mood.DENIED: Verdict(Mood.DENIED, ReturnCode.ACCT_EXPIRED),
}


def table_page() -> str:
    """Return the page."""
    rows = tuple(
        (
            f"`{action_word(action)}`",
            *(effect.name.lower() for effect in effects),
            _ENDINGS[ENDINGS[action]],
        )
        for action, effects in CELLS.items()
    )
    moods = tuple(mood.name.lower() for mood in Mood)
    return markdown(
        Page(
            "The meaning of a chain",
            "Six actions, four moods, and what one answer does: all of it.",
            (
                Text(
                    "Each link's answer picks an action from its control, and the action and the"
                    " mood of the chain pick a cell:"
                ),
                Table(("Action", *moods, "Ends the chain"), rows),
                Text(
                    "*keep*: nothing changes. *take*: granted if the answer was success, otherwise"
                    " qualified; the chain carries the answer. *deny*: denied; the chain carries"
                    " the answer, but `success` and `ignore` become `perm_denied`. *reset*: as it"
                    " was when the chain or substack was entered."
                ),
                Text(
                    "A chain starts undecided and carries `perm_denied`; only *granted* is success."
                    " A jump over some links changes nothing; a jump past the end denies. An"
                    " answer that is no known code counts as `bad` with `perm_denied`."
                ),
            ),
            (
                Section("The keywords", (spelled_out(),)),
                Section(
                    "As a diagram",
                    (
                        Text(
                            "Made by running the table. Answers that keep the mood are left out;"
                            " `reset` is drawn for a chain, in a substack it leads back to the"
                            " mood at its start."
                        ),
                        Verbatim(diagram(), "mermaid"),
                    ),
                ),
            ),
        )
    )


def diagram() -> str:
    """Return the moods and what leads from one to another, as a Mermaid state diagram."""
    moves: dict[tuple[Mood, Mood], dict[str, list[str]]] = {}
    for mood, now in _STANDS.items():
        for action in Action:
            for kind, after in _outcomes(now, action).items():
                if after is not mood:
                    kinds = moves.setdefault((mood, after), {})
                    kinds.setdefault(kind, []).append(action_word(action))
    lines = ["stateDiagram-v2", f"    [*] --> {START.mood.name.lower()}"]
    for (before, after), kinds in moves.items():
        label = "; ".join(
            f"{', '.join(names)}{kind and ' with '}{kind}" for kind, names in kinds.items()
        )
        lines.append(f"    {before.name.lower()} --> {after.name.lower()} : {label}")
    return "\n".join(lines)


def _outcomes(now: Verdict, action: Action) -> dict[str, Mood]:
    """Return the mood after each kind of answer; the kind is empty if all lead to the same."""
    after = {kind: step(now, action, code, START)[0].mood for kind, code in _ANSWERS.items()}
    moods = set(after.values())
    return {"": moods.pop()} if len(moods) == 1 else after
