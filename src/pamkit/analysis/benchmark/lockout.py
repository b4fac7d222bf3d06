"""Whether pam_faillock counts and locks in the files that services share, and what it is told.

It is asked before the password (`preauth`), after a wrong one (`authfail`), and in `account`.
Settings stand on its lines or in faillock.conf(5).  Lines win, each for itself, so benchmarks ask
for one place: either every file's lines, or the file alone.
"""

from __future__ import annotations

from pamkit.analysis.benchmark.judgement import (
    UNKNOWN,
    Problem,
    any_of,
    judged,
)
from pamkit.analysis.benchmark.module_lines import fits, option, wrong
from pamkit.analysis.benchmark.places import (
    Family,
    auth_files,
    family,
    is_oracle,
    is_system,
    lines,
    path_of,
    policy,
    top,
    unplaced,
)
from pamkit.analysis.benchmark.statement import stated
from pamkit.formats.faillock_conf import PATH
from pamkit.policy.control import Action
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Facility

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.analysis.benchmark.bound import Bound
    from pamkit.analysis.benchmark.judgement import Judgement
    from pamkit.analysis.benchmark.statement import Statement
    from pamkit.analysis.entry import KnownEntry
    from pamkit.analysis.rule import Rule
    from pamkit.analysis.tree import File, Tree
    from pamkit.vocab.span import Span

_REFUSES = (Action.BAD, Action.DIE)
_MODULE = "pam_faillock"
_VOLATILE = ("/var/run/faillock", "/run/faillock")
_WORDS = ("preauth", "authfail")


def locks(tree: Tree, rule: Rule, *files: tuple[str, str]) -> Judgement:
    """Judge whether failures are counted and locks heeded in files: for `auth`, for `account`."""
    files = files or auth_files(tree)
    if not files or not _there(tree, files):
        return unplaced(tree)
    return judged(rule, _wiring(tree, files))


def lock_number(tree: Tree, rule: Rule, name: str, bound: Bound) -> Judgement:
    """Judge a number of pam_faillock."""
    files = auth_files(tree)
    if not files or not _there(tree, files):
        return unplaced(tree)
    # The benchmark of Oracle Linux asks for the wiring in other controls.
    problems = _wiring(tree, files, loosely=is_oracle(tree))
    on_lines = [_told(tree, auth, name) for auth, _ in files]
    said = stated(tree, PATH, name)
    if any(on_lines):
        problems += _of_lines(tree, files, name, said)
        for known in (each for found in on_lines for each in found):
            value, span = option(known, name) or ("", known.span)
            if not fits(_counted(value), bound):
                problems.append(wrong(name, value, span, bound))
        return judged(rule, problems)
    if said is None:
        return judged(rule, problems) if problems else UNKNOWN
    problems += [
        wrong(name, each.value, each.span, bound)
        for each in said
        if not fits(_counted(each.value), bound)
    ]
    if not said:
        problems.append(
            Problem(top(PATH), f"`{name}` is not set", f"write `{name} = {bound.suggested}`")
        )
    return judged(rule, problems)


def lock_switch(
    tree: Tree, rule: Rule, name: str, *, wired: bool = True, on_preauth: bool = False
) -> Judgement:
    """Judge a switch of pam_faillock: on where its name stands.

    Without ``wired`` it is not asked whether Red Hat's files count failures at all; with
    ``on_preauth`` only the `preauth` lines of these files matter.
    """
    files = auth_files(tree)
    if not files or not _there(tree, files):
        return unplaced(tree)
    red_hat = family(tree) is Family.RED_HAT
    wired = wired or not red_hat
    problems = _wiring(tree, files, loosely=is_oracle(tree)) if wired else []
    on_lines = [
        [
            each
            for each in _told(tree, auth, name)
            if not (on_preauth and red_hat) or option(each, "preauth") is not None
        ]
        for auth, _ in files
    ]
    said = stated(tree, PATH, name)
    if any(on_lines):
        return judged(rule, problems + _of_lines(tree, files, name, said))
    if said is None:
        return judged(rule, problems) if problems else UNKNOWN
    if not said:
        problems.append(Problem(top(PATH), f"`{name}` is not set", f"write `{name}`"))
    return judged(rule, problems)


def lock_in_file(tree: Tree, rule: Rule, name: str) -> Judgement:
    """Judge a switch of pam_faillock that must stand in its file."""
    files = auth_files(tree)
    if not files or not _there(tree, files):
        return unplaced(tree)
    problems, said = _wiring(tree, files), stated(tree, PATH, name)
    if said is None:
        return judged(rule, problems) if problems else UNKNOWN
    if not said:
        problems.append(Problem(top(PATH), f"`{name}` is not set", f"write `{name}`"))
    return judged(rule, problems)


def root_is_locked(tree: Tree, rule: Rule, bound: Bound) -> Judgement:
    """Judge whether root is locked as well: for as long as others, or for a time of its own."""
    return any_of(
        lock_switch(tree, rule, "even_deny_root"),
        lock_number(tree, rule, "root_unlock_time", bound),
    )


def lock_directory(tree: Tree, rule: Rule) -> Judgement:
    """Judge whether locks outlast a restart: their directory is not on a file system in memory."""
    files = auth_files(tree)
    if not files or not _there(tree, files):
        return unplaced(tree)
    on_lines = [_told(tree, auth, "dir") for auth, _ in files]
    said = stated(tree, PATH, "dir")
    if any(on_lines):
        problems = _of_lines(tree, files, "dir", said)
        for known in (each for found in on_lines for each in found):
            value, span = option(known, "dir") or ("", known.span)
            if value in _VOLATILE:
                problems.append(_volatile(value, span))
        for found in on_lines:
            if found and not all(any(option(each, word) for each in found) for word in _WORDS):
                problems.append(
                    Problem(found[0].span, "`dir` is not on `preauth` and `authfail` alike")
                )
        return judged(rule, problems)
    if said is None:
        return UNKNOWN
    problems = [_volatile(each.value, each.span) for each in said if each.value in _VOLATILE]
    if not said:
        problems.append(
            Problem(
                top(PATH),
                f"`dir` is not set: locks are kept in `{_VOLATILE[0]}`, and gone with a restart",
                "write `dir = /var/log/faillock`",
            )
        )
    return judged(rule, problems)


def _counted(value: str) -> str:
    """Return a number as it counts: a lock that never ends is one of 0 seconds."""
    return "0" if value == "never" else value


def _volatile(value: str, span: Span) -> Problem:
    return Problem(span, f"locks in `{value}` are gone with a restart", "use `/var/log/faillock`")


def _there(tree: Tree, files: tuple[tuple[str, str], ...]) -> bool:
    """Whether the files can be judged: they are there, or known not to be."""
    return is_system(tree) or all(policy(tree, name) for pair in files for name in pair)


def _told(tree: Tree, name: str, setting: str) -> list[KnownEntry]:
    """Return the lines of pam_faillock in `auth` that have a setting."""
    file = policy(tree, name)
    found = lines(tree, file, Facility.AUTH) if file is not None else ()
    return [each for each in found if each.module == _MODULE and option(each, setting)]


def _of_lines(
    tree: Tree,
    files: tuple[tuple[str, str], ...],
    name: str,
    said: tuple[Statement, ...] | None,
) -> list[Problem]:
    """Return what is wrong with where a setting stands that stands on lines."""
    told = [(auth, _told(tree, auth, name)) for auth, _ in files]
    if is_oracle(tree):
        found = [each for _, some in told for each in some]
        return [Problem(each.span, f"`{name}` stands on a line", f"use `{PATH}`") for each in found]
    problems = [
        Problem(top(path_of(tree, auth)), f"`{name}` is set in another file, and not here")
        for auth, some in told
        if not some
    ]
    return problems + [
        Problem(each.span, f"`{name}` stands on lines as well, and they win", "keep one place")
        for each in said or ()
    ]


def _wiring(
    tree: Tree, files: tuple[tuple[str, str], ...], *, loosely: bool = False
) -> list[Problem]:
    """Return what keeps failures from being counted and locks from being heeded.

    With ``loosely`` it is only asked whether pam_unix stands twice.
    """
    problems = []
    for auth, account in files:
        problems += _auth(tree, auth, loosely=loosely)
        if not loosely:
            problems += _account(tree, account)
    return problems


def _auth(tree: Tree, name: str, *, loosely: bool) -> list[Problem]:
    file = policy(tree, name)
    if file is None:
        return [Problem(top(path_of(tree, name)), f"there is no `{name}`")]
    found = lines(tree, file, Facility.AUTH)
    unix = [at for at, each in enumerate(found) if each.module == "pam_unix"]
    if len(unix) > 1:
        second = found[unix[1]]
        return [Problem(second.span, "a second pam_unix: failures of one of them do not count")]
    if loosely:
        return []
    mine = [at for at, each in enumerate(found) if each.module == _MODULE]
    before = [at for at in mine if option(found[at], "preauth") and _refuses(found[at])]
    after = [at for at in mine if option(found[at], "authfail") and _refuses(found[at])]
    if not before:
        return [_missing(file.path, found, "is not asked before the password", "preauth")]
    if not unix or before[0] > unix[0]:
        return [Problem(found[before[0]].span, "pam_faillock is not asked before pam_unix")]
    if not after or after[-1] < unix[0]:
        return [_missing(file.path, found, "does not count failures", "authfail")]
    success = found[unix[0]].control.actions[ReturnCode.SUCCESS]
    if family(tree) is Family.RED_HAT and success != Action.DONE and success <= 0:
        return [
            Problem(
                found[unix[0]].span,
                "a success of pam_unix does not pass over `authfail`, and counts as a failure",
                "write `sufficient`",
            )
        ]
    return []


def _account(tree: Tree, name: str) -> list[Problem]:
    file = policy(tree, name)
    if file is None:
        return [Problem(top(path_of(tree, name)), f"there is no `{name}`")]
    found = lines(tree, file, Facility.ACCOUNT)
    mine = [at for at, each in enumerate(found) if each.module == _MODULE and _refuses(each)]
    if not mine:
        told = "; `authsucc` would do, but a benchmark wants both" * _ends_counting(tree, file)
        return [
            Problem(
                top(file.path),
                f"pam_faillock is not asked in `account`{told}",
                "write `account required pam_faillock.so`: a success then ends the counting",
            )
        ]
    unix = [at for at, each in enumerate(found) if each.module == "pam_unix"]
    if family(tree) is Family.RED_HAT and unix and unix[0] < mine[0]:
        return [Problem(found[mine[0]].span, "pam_faillock stands behind pam_unix in `account`")]
    return []


def _ends_counting(tree: Tree, file: File) -> bool:
    """Whether a success ends the counting in `auth` already."""
    names = {auth for auth, account in auth_files(tree) if account == file.name}
    return any(bool(_told(tree, name, "authsucc")) for name in names)


def _missing(path: str, found: tuple[KnownEntry, ...], what: str, word: str) -> Problem:
    mine = [each.span for each in found if each.module == _MODULE]
    return Problem(
        mine[0] if mine else top(path),
        f"pam_faillock {what}",
        f"write a line with `pam_faillock.so {word}` that refuses",
    )


def _refuses(known: KnownEntry) -> bool:
    """Whether a line lets nobody pass whom its module refuses."""
    return known.control.actions[ReturnCode.AUTH_ERR] in _REFUSES
