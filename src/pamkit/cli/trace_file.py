"""The runs of a document that `run --json` has written, taken for runs of a policy."""

from __future__ import annotations

import json

from pamkit.cli.shown import policy_text, shown
from pamkit.cli.usage import UsageError
from pamkit.policy.compile import compile_policy
from pamkit.policy.control import ALL_ACTION_WORDS
from pamkit.semantics.fold import fold_of
from pamkit.semantics.trace import Run, Step, path_of, retrace
from pamkit.semantics.verdict import Mood, Verdict
from pamkit.vocab.codes import CODES_BY_WORD
from pamkit.vocab.facility import FACILITY_OF, REPLAYS, Primitive
from pamkit.vocab.flags import Flag

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from pamkit.policy.chain import Chain, Link
    from pamkit.policy.resolve import Policy
    from pamkit.vocab.facility import Facility

_LARGEST = 64 * 1024 * 1024
"""Characters of a document; that of a login has some ten thousand."""

_HELP = "expected what `pamkit run --json` or `pamkit simulate --json` writes"


def trace_document(path: str) -> dict[str, Any]:
    """Return the document in a file, or of standard input (`-`); `UsageError` if it is none."""
    try:
        is_input = path == "-"
        with open(0 if is_input else path, encoding="utf-8", closefd=not is_input) as file:
            text = file.read(_LARGEST + 1)
        document = json.loads(text) if len(text) <= _LARGEST else None
    except OSError as fault:
        reason = (fault.strerror or type(fault).__name__).lower()
        raise UsageError(f"`{shown(path)}`: {reason}") from None
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict) or not isinstance(document.get("runs"), list):
        raise UsageError(f"`{shown(path)}` is no trace", _HELP)
    return document


def runs_of(document: Mapping[str, Any], policy: Policy) -> tuple[Run, ...]:
    """Return the runs of a document; `UsageError` if they are none of this policy's."""
    chains = compile_policy(policy)
    try:
        return tuple(_run(form, chains) for form in document["runs"])
    except _Stranger as stranger:
        raise UsageError(
            f"the trace is not of this policy: {policy_text(str(stranger))}",
            "the policy may have been changed since; name the root it was made with: --root",
        ) from None
    except (LookupError, TypeError, ValueError, AttributeError):
        raise UsageError("the trace cannot be read", _HELP) from None


class _Stranger(Exception):
    """A step that no line of the policy has made."""


def _run(form: Mapping[str, Any], chains: Mapping[Facility, Chain]) -> Run:
    primitive = Primitive[form["primitive"].upper()]
    chain = chains[FACILITY_OF[primitive]]
    links = {link.number: link for link in chain}
    steps = tuple(_step(each, links) for each in form["steps"])
    flags = 0
    for name in form["flags"]:
        flags |= Flag[name.upper()]
    if form["pass"] == "update":  # noqa: S105  # a pass of chauthtok
        flags |= Flag.UPDATE_AUTHTOK
    replayed = bool(form["replayed"])
    verdict, code = _verdict(form["verdict"]), _code(form["code"])
    run = Run(primitive, str(form["service"]), flags, steps, verdict, code, replayed)
    if not replayed and primitive not in REPLAYS:
        try:
            fold = fold_of(chain.rules, primitive, update=bool(flags & Flag.UPDATE_AUTHTOK))
            walked = retrace(chain.links, path_of(run), fold)
        except ValueError:
            raise _Stranger(f"its {form['primitive']} took another way") from None
        if walked != verdict:
            raise _Stranger(f"its {form['primitive']} ended otherwise")
    return run


def _step(form: Mapping[str, Any], links: Mapping[int, Link]) -> Step:
    link = links.get(form["link"])
    place = f"{form['file']}:{form['line']}"
    if link is None or place != f"{shown(link.span.file)}:{link.span.line}":
        raise _Stranger(f"it has no line {place} there")
    if policy_text(link.module) != form["module"]:
        raise _Stranger(f"at {place} it does not name {form['module']}")
    action = form["action"]
    return Step(
        link,
        _code(form["answer"]),
        _code(form["judged"]),
        -ALL_ACTION_WORDS.index(action) if action in ALL_ACTION_WORDS else int(action),
        _verdict(form["before"]),
        _verdict(form["after"]),
        int(form["depth"]),
        str(form["note"]),
    )


def _verdict(form: Mapping[str, str]) -> Verdict:
    return Verdict(Mood[form["mood"].upper()], _code(form["code"]))


def _code(word: str) -> int:
    return CODES_BY_WORD[word] if word in CODES_BY_WORD else int(word)
