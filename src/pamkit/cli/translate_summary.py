"""What a translation comes to, in a few lines: on what it rests, and what it does not keep."""

from __future__ import annotations

from pamkit.analysis.translate_runs import GRANTS
from pamkit.vocab.facility import Primitive

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pamkit.cli.translate_policy import Done


def summary(done: Iterable[Done], *, every_call: bool) -> Iterator[str]:
    """Yield what is to be said of policies together."""
    policies = list(done)
    found = [each for policy in policies for each in policy.found.values()]
    rests = list(dict.fromkeys(said for policy in policies for said in policy.basis))
    whatever = "as long as modules answer what is known" if rests else "whatever modules answer"
    kept = f"{_ALL}, setcred and close_session" if every_call else _ALL
    yield f"Granted as before, {whatever}: {kept}."
    yield from (f"  {said}" for said in rests)
    if every_call:
        return
    parted = {note.which.primitive for each in found for note in each.notes if note.kind in GRANTS}
    parted |= {primitive for each in found for _, primitive in each.lacking}
    unsaid = {which.primitive for each in found for which in each.unsaid}
    for primitive in (Primitive.SETCRED, Primitive.CLOSE_SESSION):
        word = primitive.name.lower()
        if primitive in parted:
            said = "is NOT always granted as before, comments say where"
        elif primitive in unsaid:
            said = "was NOT compared, there is too much to look at"
        else:
            yield f"{word} is granted as before, too."
            continue
        yield f"{word} {said}: `--every-call` refuses that."


_ALL = "authenticate, acct_mgmt, open_session, chauthtok"
