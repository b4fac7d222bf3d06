"""`pamkit fmt`: policies laid out in columns, with every meaning as it was.

Keys of the JSON document: `schema` (1), `pamkit` (version), `files`.  A file has `file`, `state`
(`unchanged`, `changed`, `would-change`, `left-out`, `failed`), `why` and `help` (of the last two,
else null), `notes`, and with --diff `diff`.  A note has `line` and `message`: why that line stays
as it is.
"""

from __future__ import annotations

from pamkit.assembly import dialect_named
from pamkit.cli.fmt_report import JsonReport, Laid, State, TextReport, put_text
from pamkit.cli.login_table import root_of
from pamkit.cli.policy_choice import choices, is_conf, path_of
from pamkit.cli.policy_text import Trouble, trouble_of, was_read, with_text
from pamkit.cli.shown import shown
from pamkit.cli.status import DONE, REFUSED
from pamkit.cli.usage import UsageError
from pamkit.policy.managed import managed_by
from pamkit.policy.parser import parse
from pamkit.policy.printer import LaidLine, laid_out
from pamkit.policy.words import ascii_lower
from pamkit.stores.policy_files import MAX_POLICY
from pamkit.stores.rewrite import rewrite
from pamkit.stores.root import read_all
from pamkit.stores.system import system_world
from pamkit.vocab.facility import FACILITY_WORDS

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from pamkit.cli.policy_choice import Choice
    from pamkit.module.world import Files
    from pamkit.policy.dialect import Dialect
    from pamkit.policy.syntax import PolicyFile
    from pamkit.stores.root import Root

PLACE = "/etc/pam.d"
"""What is laid out if nothing is named."""

STDIN = "-"

_STDIN_NAME = "<stdin>"


def fmt(args: argparse.Namespace) -> int:
    """Carry out the command; return the exit status."""
    root = root_of(args)
    try:
        dialect = dialect_named(args.dialect, args.root)
    except ValueError as wrong:
        raise UsageError(shown(str(wrong))) from None
    formatter = _Formatter(args, root, dialect)
    report = JsonReport(diff=args.diff) if args.json else TextReport(diff=args.diff)
    if STDIN in args.paths or args.stdin or args.stdin_filename is not None:
        _require_stdin_alone(args)
        found = formatter.standard_input(args.stdin_filename or _STDIN_NAME)
        is_text = not (args.check or args.diff)
        if is_text and found.state != State.FAILED:
            put_text(found)
        else:
            report.show(found)
        if not is_text:  # an editor would take any other word for the new text
            report.end()
        return _status([found.state], check=args.check)
    states: list[State] = []
    words = [(word, path_of(word, root)) for word in args.paths or [PLACE]]
    for word, path in words:
        for found in formatter.files(word, path):
            report.show(found)
            states.append(found.state)
    report.end()
    return _status(states, check=args.check)


class _Formatter:
    """Lays out what it is given, as the command line wants it."""

    def __init__(self, args: argparse.Namespace, root: Root, dialect: Dialect) -> None:
        self._root, self._dialect, self._follow = root, dialect, args.follow
        self._managed = args.managed
        self._writes = not (args.check or args.diff)
        self._files: Files = system_world(args.root).files

    def files(self, name: str, path: str) -> Iterator[Laid]:
        """Lay out a file, or the files of a directory; what goes wrong stops no other."""
        any_policy = False
        try:
            for choice in choices(self._files, name, path, follow=self._follow):
                found = self._file(choice)
                any_policy = any_policy or found.state != State.LEFT_OUT or bool(found.lines)
                yield found
        except OSError as fault:
            yield Laid(name, State.FAILED, *trouble_of(fault, "cannot be read"))
            return
        if not any_policy:
            why = "the directory holds no policy"
            yield Laid(name, State.FAILED, why, "name a policy, or a directory of policies")

    def standard_input(self, name: str) -> Laid:
        """Lay out standard input; nothing is written."""
        try:
            file = self._parsed(read_all(0, MAX_POLICY + 1), name, conf=is_conf(name))
        except OSError as fault:
            return Laid(name, State.FAILED, *trouble_of(fault, "cannot be read"))
        except Trouble as trouble:
            return Laid(name, State.FAILED, trouble.sentence, trouble.help_line)
        if self._is_managed(file):
            return self._left_to_its_program(file, name)
        lines = laid_out(file, self._dialect)
        changes = any(line.old != line.new for line in lines)
        return Laid(name, State.WOULD_CHANGE if changes else State.UNCHANGED, lines=lines)

    def _file(self, choice: Choice) -> Laid:
        if choice.left_out:
            return Laid(choice.name, State.LEFT_OUT, choice.left_out)
        try:
            data = was_read(self._files, choice.path, follow=self._follow)
            file = self._parsed(data, choice.name, conf=choice.is_conf)
            if not (choice.is_named or choice.is_conf or _is_policy(file)):
                return Laid(choice.name, State.LEFT_OUT, "no line of it is one of a policy")
            if self._is_managed(file):
                return self._left_to_its_program(file, choice.name)
            lines = laid_out(file, self._dialect)
            state = self._put(choice.path, data, lines)
        except OSError as fault:
            return Laid(choice.name, State.FAILED, *trouble_of(fault, "cannot be read"))
        except Trouble as trouble:
            return Laid(choice.name, State.FAILED, trouble.sentence, trouble.help_line)
        return Laid(choice.name, state, lines=lines)

    def _parsed(self, data: bytes, name: str, *, conf: bool) -> PolicyFile:
        return parse(with_text(data), name, self._dialect, with_service=conf)

    def _is_managed(self, file: PolicyFile) -> bool:
        return not self._managed and managed_by(file) != ""

    def _left_to_its_program(self, file: PolicyFile, name: str) -> Laid:
        why = f"{managed_by(file)} writes it, and would take this for a change by hand"
        raw = (line.logical.raw for line in file.lines)
        lines = tuple(LaidLine(number, each, each) for number, each in enumerate(raw, 1))
        return Laid(name, State.LEFT_OUT, f"{why} (`--managed` takes it)", lines=lines)

    def _put(self, path: str, data: bytes, lines: tuple[LaidLine, ...]) -> State:
        """Put the new text in the place of the old one; `Trouble` if that is not there any more."""
        new = "".join(line.new for line in lines).encode()
        if new == data:
            return State.UNCHANGED
        if not self._writes:
            return State.WOULD_CHANGE

        def edit(found: bytes) -> bytes:
            # Also if another file has the name by now, or a link.
            if found != data:
                raise Trouble("it was changed meanwhile, and is left so", "lay it out once more")
            return new

        try:
            rewrite(self._root, path, edit, locked=False)
        except OSError as fault:
            raise Trouble(*trouble_of(fault, "cannot be replaced, and is as it was")) from None
        return State.CHANGED


def _require_stdin_alone(args: argparse.Namespace) -> None:
    """Raise `UsageError` where standard input is named with what does not go with it."""
    if [word for word in args.paths if word != STDIN] or len(args.paths) > 1:
        raise UsageError("standard input is laid out alone", "name files, or `-`, not both")
    if args.stdin_filename == "":
        raise UsageError("`--stdin-filename` wants a value")
    if args.json and not (args.check or args.diff):
        raise UsageError(
            "`--json` and the text of standard input cannot have one standard output",
            "with `--json`, add `--check` or `--diff`",
        )


def _is_policy(file: PolicyFile) -> bool:
    """Whether a file has a line that a policy could have, or none at all."""
    first = [ascii_lower(line.words[0].text).removeprefix("-") for line in file.lines if line.words]
    return not first or any(word in FACILITY_WORDS or word == "@include" for word in first)


def _status(states: list[State], *, check: bool) -> int:
    bad = {State.FAILED, State.WOULD_CHANGE} if check else {State.FAILED}
    return REFUSED if bad.intersection(states) else DONE
