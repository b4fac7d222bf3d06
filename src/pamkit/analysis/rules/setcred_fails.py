"""Somebody is let in whose credentials libpam refuses.

What it finds

A service in which authenticate can let somebody in, with modules that do what they should, and
libpam's setcred refuses him then.

Why it matters

Programs set credentials behind authenticate, and give up if that fails. In libpam a module that
has nothing to set answers *ignore*; where nobody else says yes, that is a refusal. The password
was right, and the login fails all the same. pamkit does not count it as one.

Avoid

    auth required pam_exec.so /usr/local/sbin/check

Prefer

    auth required pam_unix.so
    auth required pam_exec.so /usr/local/sbin/check

Sources

- `pam_setcred(3)`
- linux-pam/linux-pam#583, linux-pam/linux-pam#960
"""

from __future__ import annotations

from pamkit.analysis.passage import passages
from pamkit.analysis.proved import shown_run
from pamkit.analysis.rule import Rule, Scope
from pamkit.analysis.standalone import standalone
from pamkit.policy.control import Action
from pamkit.semantics.verdict import Mood
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.diagnostic import Severity, shown
from pamkit.vocab.facility import Facility, Primitive

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.explore import Choice, Outcome
    from pamkit.analysis.tree import Service, Tree
    from pamkit.policy.chain import Link
    from pamkit.vocab.diagnostic import Finding

RULE = Rule("setcred-fails", level=Severity.ERROR, scope=Scope.TREE, since="0.1", id="AUTH-18")

_CALLS = {Primitive.AUTHENTICATE, Primitive.SETCRED}
_CAN = "one that counts can set credentials"


def find(tree: Tree) -> Iterator[Finding]:
    """Yield the last line of runs in which none that counts can succeed in setcred."""
    for service in standalone(tree):
        if service.role.calls >= _CALLS:
            yield from _in(service)


def _in(service: Service) -> Iterator[Finding]:
    if not service.links(Facility.AUTH):
        return
    run = service.results.made(RULE.name, Facility.AUTH, lambda: _bare_run(service))
    if run:
        yield RULE.finding(
            service.known[run[-1].link.span].span,
            f"`{shown(service.name)}` can let somebody in, and setcred fails then",
            "end the chain with `required pam_permit.so`, which answers both calls",
            related=shown_run(service, run),
        )


def _bare_run(service: Service) -> tuple[Choice, ...]:
    """Return a run that lets in and in which none that counts can succeed in setcred."""
    links = service.links(Facility.AUTH)

    def noted(link: Link, outcome: Outcome) -> tuple[str, ...]:
        return (_CAN,) if _counts(service, link, outcome.code) and _can(service, link) else ()

    seen = passages(service, Primitive.AUTHENTICATE, noted)
    if seen is None:
        return ()
    last = links[-1][0].number
    for end in seen.ends:
        if end.verdict.mood is not Mood.GRANTED or _CAN in end.marks:
            continue
        run = seen.witness(end)
        # C: where `done` has nothing to go by, setcred goes on at the lines below.
        if run[-1].link.number == last or not _is_done(run[-1]):
            return run
    return ()


def _is_done(step: Choice) -> bool:
    return step.link.actions[step.outcome.code] == Action.DONE


def _counts(service: Service, link: Link, code: int) -> bool:
    """Whether an answer is one that setcred goes by: a jump is so in some dialects only."""
    action = link.actions[code]
    if action > 0:
        return service.dialect.jump_counts
    return action in (Action.OK, Action.DONE)


def _can(service: Service, link: Link) -> bool:
    declaration = service.known[link.span].declaration
    if declaration is None:
        return True
    return ReturnCode.SUCCESS in declaration.answers.get(Primitive.SETCRED, frozenset())
