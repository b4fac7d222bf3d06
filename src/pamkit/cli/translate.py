"""`pamkit translate`: policies for another family of PAM, or why there is none."""

from __future__ import annotations

import os
import sys

from pamkit.cli.declarations import declarations
from pamkit.cli.login_table import root_of
from pamkit.cli.policy_choice import is_conf, path_of
from pamkit.cli.policy_text import trouble_of
from pamkit.cli.shown import policy_text, shown
from pamkit.cli.status import DONE, REFUSED
from pamkit.cli.translate_policy import Translator
from pamkit.cli.translate_summary import summary
from pamkit.cli.translate_words import comment_lines
from pamkit.cli.usage import UsageError
from pamkit.policy.dialect import dialect_named
from pamkit.policy.families.grammar import GRAMMARS, Writing
from pamkit.policy.leftover import leftover
from pamkit.policy.resolve import resolve
from pamkit.policy.source import Layout, Outcome
from pamkit.policy.words import ascii_lower
from pamkit.stores.policy_files import DiskSource
from pamkit.stores.rewrite import rewrite
from pamkit.stores.root import Root
from pamkit.vocab.facility import Facility
from pamkit.vocab.failure import PolicyError
from pamkit.vocab.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse

    from pamkit.cli.translate_policy import Done
    from pamkit.policy.dialect import Dialect
    from pamkit.policy.resolve import Policy


class Asked(Record):
    """A service, and where its policy lies; without a layout where its family has it."""

    service: str
    layout: Layout | None = None


def translate(args: argparse.Namespace) -> int:
    """Carry out the command; return the exit status."""
    source, target = dialect_named(args.source), dialect_named(args.target)
    if source.name == target.name:
        raise UsageError(f"`{target.name}` is what they are written in already")
    root = root_of(args)
    in_columns = _in_columns(target)
    policies = _policies(args, root, source)
    wants_column = in_columns or (len(policies) > 1 and args.output is None)
    known = None if args.any_answer else (declarations(source), declarations(target))
    translator = Translator(
        source, target, known, with_codes=args.codes, every_call=args.every_call
    )
    done = [translator.policy(policy, column=wants_column) for policy in policies]
    refused = [line for each in done for line in each.refused]
    if refused:
        print("\n".join(refused), file=sys.stderr)
        return REFUSED
    head = f"Translated from {source.name} to {target.name}."
    if args.output is None:
        sys.stdout.write(_file(head, done, args))
        return DONE
    whole = (
        {"pam.conf": _file(head, done, args)}
        if in_columns
        else {each.service: _file(head, [each], args) for each in done}
    )
    placed = {os.path.join(os.path.abspath(args.output), name): whole[name] for name in whole}
    if not args.force:
        _refuse_to_replace(placed)  # all of them first: no half of a translation is left
    for path, text in placed.items():
        _write(path, text, force=args.force)
    print("\n".join((head, *summary(done, every_call=args.every_call))))
    return DONE


def _refuse_to_replace(placed: dict[str, str]) -> None:
    for path, text in placed.items():
        try:
            with open(path, "rb") as file:
                found = file.read()
        except FileNotFoundError:
            continue
        except OSError as fault:
            raise UsageError(*trouble_of(fault, "cannot be written")) from None
        if found and found != text.encode():
            raise UsageError(f"`{shown(path)}` is there already", "`--force` replaces it")


def _in_columns(target: Dialect) -> bool:
    """Whether the family has one file for all services."""
    return bool(target.keywords) and GRAMMARS[target.name].writing is Writing.COLUMNS


def _policies(args: argparse.Namespace, root: Root, source: Dialect) -> list[Policy]:
    """Return what is to be translated, without the files that others only take in."""
    disk = DiskSource(root)
    found = []
    try:
        for asked in [each for word in args.places for each in _asked(word, root, source)]:
            found.append(resolve(asked.service, disk, layout=asked.layout, dialect=source))
    except (PolicyError, ValueError) as bad:
        raise UsageError(policy_text(str(bad))) from None
    except OSError as fault:
        raise UsageError(*trouble_of(fault, "cannot be read")) from None
    taken_in = {
        file.name
        for policy in found
        for file in policy.files[1:]
        if file.name.rpartition("/")[2] not in (policy.service, "other")
    }
    named = {word for word in args.places if "/" not in word}
    kept = [
        each
        for each in found
        if each.service in named
        or not (each.files and each.files[0].name in taken_in)
        or _lets_in(each)
    ]
    if not kept:
        raise UsageError("there is no policy")
    return kept


def _lets_in(policy: Policy) -> bool:
    """Whether a policy has lines of its own for a login: it may be a service and a part as well.

    Where such a service is left out its family's `other` stands in for it, and may let in others.
    """
    return all(policy.own.get(each) for each in (Facility.AUTH, Facility.ACCOUNT))


def _asked(word: str, root: Root, source: Dialect) -> list[Asked]:
    """Return the services that a word of the command line names."""
    if "/" not in word and not os.path.exists(word):
        return [Asked(word)]
    path = path_of(word, root)
    directory, _, name = path.rstrip("/").rpartition("/")
    disk = DiskSource(root)
    if disk.is_directory(path):
        descriptor = root.open(path, os.O_RDONLY | os.O_DIRECTORY)
        try:
            names = sorted(os.listdir(descriptor))
        finally:
            os.close(descriptor)
        layout = Layout(directories=(path.rstrip("/"),), conf_file="")
        return [Asked(each, layout) for each in names if not leftover(each)]
    reading = disk.read(path)
    if reading.outcome is not Outcome.READ:
        why = reading.reason or "there is no such file"
        raise UsageError(f"`{shown(path)}` cannot be read: {why}")
    if is_conf(path) or (source.keywords and _in_columns(source)):
        words = [line.split(None, 1)[0] for line in reading.text.splitlines() if line.strip()]
        layout = Layout(directories=(), conf_file=path)
        if source.keywords and GRAMMARS[source.name].any_case:
            # `OTHER` is `other` there; what is written must have the name that is looked for.
            words = [ascii_lower(each) for each in words]
        names = list(dict.fromkeys(each for each in words if not each.startswith("#")))
        return [Asked(each, layout) for each in names]
    return [Asked(name, Layout(directories=(directory,), conf_file=""))]


def _file(head: str, done: list[Done], args: argparse.Namespace) -> str:
    """Return the text of a file: comments in short lines of their own, as every family has them."""
    lines = [
        comment
        for text in (head, *summary(done, every_call=args.every_call))
        for comment in comment_lines(text)
    ]
    for each in done:
        for text in each.comments:
            lines += comment_lines(f"{shown(each.service)}: {shown(text)}")
        lines += each.lines
    return "\n".join(lines) + "\n"


def _write(path: str, text: str, *, force: bool) -> None:
    def edit(found: bytes) -> bytes | None:
        if found and found != text.encode() and not force:
            raise UsageError(f"`{shown(path)}` is there already", "`--force` replaces it")
        return text.encode()

    try:
        rewrite(Root(), path, edit, create=True, locked=False)
    except OSError as fault:
        raise UsageError(*trouble_of(fault, "cannot be written")) from None
