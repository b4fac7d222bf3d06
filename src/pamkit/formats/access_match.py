"""Whether an access rule is about who asks, from where they ask: its lists and exceptions.

Source: `access.conf(5)`; what an origin is, `access_origin` tells.
"""

from __future__ import annotations

from pamkit.formats.access_conf import Rule, words
from pamkit.formats.access_origin import (
    Answer,
    Question,
    is_all_or,
    is_number,
    origin_matches,
    same_word,
    sure,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

_DIGITS = 4096
"""More digits than this are no group's number, unless they are zeros, which nobody writes."""


def rule_matches(rule: Rule, question: Question) -> Answer:
    """Return whether a rule is about the one who asks, from where the question comes."""
    note = question.known.note
    note(f"line {rule.line}: {rule.permission} : {rule.users} : {rule.origins}")
    users = _list_matches(rule.users, question, _user_matches)
    note(f'user_match={int(users is not Answer.NO)}, "{question.user}"')
    if users is Answer.NO:
        return Answer.NO
    origins = _list_matches(rule.origins, question, origin_matches)
    note(f'from_match={int(origins is not Answer.NO)}, "{question.origin}"')
    return min(users, origins)


def _list_matches(
    listed: str, question: Question, matches: Callable[[str, Question], Answer]
) -> Answer:
    question.known.note(f"list_match: list={listed}, item={question.user}")
    parts: list[list[str]] = [[]]
    for token in words(listed, question.separators):
        if same_word(token, "EXCEPT"):
            parts.append([])
        else:
            parts[-1].append(token)
    answers = []
    for part in parts:
        answers.append(_any_matches(part, question, matches))
        if answers[-1] is Answer.NO:
            break  # there is nothing to except from
    answer = Answer.NO
    for included in reversed(answers):
        answer = min(included, Answer(Answer.YES - answer))
    return answer


def _any_matches(
    tokens: list[str], question: Question, matches: Callable[[str, Question], Answer]
) -> Answer:
    best = Answer.NO
    for token in tokens:
        best = max(best, matches(token, question))
        if best is Answer.YES:
            break
    return best


def _user_matches(token: str, question: Question) -> Answer:
    known, user = question.known, question.user
    known.note(f"user_match: tok={token}, item={user}")
    if token.startswith("(") and token.endswith(")"):
        return _in_brackets(token, question)
    name = token.lstrip("@")
    person, at, host = name.partition("@")
    if at:
        here = question.changed(origin=question.machine, remote=True, here=True)
        answer = _user_matches(token[: len(token) - len(name)] + person, question)
        return answer if answer is Answer.NO else min(answer, origin_matches(host, here))
    if token.startswith("@@"):
        return sure(known.in_netgroup(token[2:], question.machine, user))
    if token.startswith("@"):
        return sure(known.in_netgroup(token[1:], None, user))
    if is_all_or(token, user, question):
        return Answer.YES
    if is_number(token):
        known.note(f"user_match: tok={token}, uid={question.uid}")
        if is_all_or(token, str(question.uid), question):
            return Answer.YES
    return sure(question.bare_groups and known.in_group(token))


def _in_brackets(token: str, question: Question) -> Answer:
    known, group = question.known, token[1:-1]
    known.note(f"group_match: grp={token}, user={question.user}")
    if not group:
        return Answer.NO
    if known.in_group(group):
        return Answer.YES
    if not is_number(group) or len(group) > _DIGITS:
        return Answer.NO
    known.note(f"group_match: user={question.user}, gid={group}")
    return sure(known.in_group(int(group)))
