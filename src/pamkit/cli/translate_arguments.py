"""The arguments of `pamkit translate`."""

from __future__ import annotations

import argparse

from pamkit.analysis.translate_names import TARGETS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def add_translate(commands: argparse._SubParsersAction[Any]) -> None:
    """Add the command."""
    translate = commands.add_parser(
        "translate",
        allow_abbrev=False,
        help="a policy in the words of another family of PAM, with its meaning kept",
        description="Write policies for another family: they grant exactly when the old ones do,"
        " for all that their modules may answer, or are refused with a run that shows why. Includes"
        " are taken in; where old and new differ in less than a yes, comments say so.",
        epilog="Exit status: 0 translated, also where only the code of a refusal, setcred or"
        " close_session are otherwise (unless --codes, --every-call); 1 refused, and nothing is"
        " written; 2 unusable command line or policy.",
    )
    translate.set_defaults(parser=translate)
    translate.add_argument(
        "places",
        metavar="SERVICE|PATH",
        nargs="+",
        help="services, policies, a pam.conf, or directories of policies",
    )
    translate.add_argument("--from", dest="source", choices=TARGETS, required=True)
    translate.add_argument("--to", dest="target", choices=TARGETS, required=True)
    translate.add_argument(
        "-o",
        "--output",
        metavar="DIR",
        help="write files into this directory: all of them, or none where one is refused",
    )
    translate.add_argument(
        "--force", action="store_true", help="replace files that are there already"
    )
    translate.add_argument(
        "--codes", action="store_true", help="refusals must have the same codes as well"
    )
    translate.add_argument(
        "--every-call",
        action="store_true",
        help="setcred and close_session must be granted alike as well",
    )
    translate.add_argument(
        "--any-answer",
        action="store_true",
        help="let every module answer everything, not only what is known of it",
    )
    translate.add_argument("--root", metavar="DIR", default="/", help="use the files below DIR")
