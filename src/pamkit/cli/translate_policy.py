"""What becomes of all facilities of a policy in another family, with what is to be said of it."""

from __future__ import annotations

from pamkit.analysis.translate import translated
from pamkit.analysis.translate_answers import ANY, answers_of
from pamkit.analysis.translate_text import text_of
from pamkit.cli.shown import arguments_text, shown
from pamkit.cli.translate_basis_words import basis_words
from pamkit.cli.translate_words import (
    comment_lines,
    facility_words,
    note_words,
)
from pamkit.policy.chain import Substack
from pamkit.policy.compile import compile_policy
from pamkit.vocab.facility import Facility
from pamkit.vocab.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.analysis.model import Declarations
    from pamkit.analysis.translate import Translated
    from pamkit.analysis.translate_answers import Answers
    from pamkit.policy.chain import Chain, Link
    from pamkit.policy.dialect import Dialect
    from pamkit.policy.resolve import Policy


class Done(Record, eq=False):
    """What became of a service: the lines of its policy, or why there are none.

    ``found`` is what became of each facility; ``basis`` says on what is known of modules it rests.
    """

    service: str
    lines: tuple[str, ...]
    comments: tuple[str, ...]
    refused: tuple[str, ...]
    found: dict[Facility, Translated]
    basis: tuple[str, ...]


class Translator:
    """Translates policies of one family for another; many have the same chains."""

    def __init__(
        self,
        source: Dialect,
        target: Dialect,
        known: tuple[Declarations, Declarations] | None,
        *,
        with_codes: bool = False,
        every_call: bool = False,
    ) -> None:
        """Take modules at what both families' ``known`` states; without it they may do anything.

        ``with_codes`` and ``every_call`` are as in `analysis.translate.translated`.
        """
        self._source, self._target, self._known = source, target, known
        self._with_codes, self._every_call = with_codes, every_call
        self._found: dict[object, tuple[Answers, Translated]] = {}

    def chain(self, chain: Chain) -> tuple[Answers, Translated]:
        """Return what the modules of a chain may answer, and what becomes of it."""
        key = (chain.facility, chain.rules, _shape(chain.links))
        if key not in self._found:
            ways = (self._source, self._target)
            answers = ANY if self._known is None else answers_of(chain, *ways, *self._known)
            found = translated(
                chain,
                *ways,
                answers=answers,
                with_codes=self._with_codes,
                every_call=self._every_call,
            )
            self._found[key] = (answers, found)
        return self._found[key]

    def policy(self, policy: Policy, *, column: bool) -> Done:
        """Return what becomes of a policy; ``column``: each line names the service."""
        return _done(self, policy, self._target, column=column)


def _shape(links: tuple[Link | Substack, ...]) -> tuple[object, ...]:
    """Return all of a chain that counts: two chains of one shape become the same."""
    return tuple(
        (link.number, link.name, _shape(link.links))
        if isinstance(link, Substack)
        else (link.number, link.module, link.args, link.actions, link.control, *_fault(link))
        for link in links
    )


def _fault(link: Link) -> tuple[object, ...]:
    return (link.refusal, link.span.line) if link.refusal else ()


def _done(translator: Translator, policy: Policy, target: Dialect, *, column: bool) -> Done:
    lines: list[str] = []
    comments: list[str] = []
    refused: list[str] = []
    rests: list[str] = []
    done: dict[Facility, Translated] = {}
    chains = compile_policy(policy)
    for facility in Facility:
        chain, source = chains[facility], policy.dialect
        answers, found = translator.chain(chain)
        done[facility] = found
        if found.lines is None:
            refused.extend(facility_words(policy.service, facility, chain, found, target))
            continue
        service = policy.service if column else ""
        text = text_of(found.lines, facility, source, target, service=service)
        if text.unwritable:
            where = f"{shown(policy.service)}: {facility.name.lower()}"
            refused.append(f"{where}: {target.name} {text.why} `{arguments_text(text.unwritable)}`")
            continue
        basis = basis_words(found.rests, answers, source, target)
        rests.extend(said for each in basis.values() for said in each)
        for put, line in zip(found.lines, text.lines, strict=True):
            for said in basis.get(put.origin, ()):
                lines += comment_lines(said)
            lines.append(line)
        comments.extend(note_words(facility, chain, found, answers, target))
        comments.extend(text.notes)
    noted = tuple(dict.fromkeys(comments))
    return Done(policy.service, tuple(lines), noted, tuple(refused), done, tuple(rests))
