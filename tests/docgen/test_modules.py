import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pamkit.docgen.modules import (
    declared,
    family_module_names,
    module_names,
    module_page,
    page_of,
)
from pamkit.docgen.page import Table
from pamkit.module.declaration import declare, example
from pamkit.module.facts import GRANTS_WITHOUT_SECRET, NEVER_PROMPTS
from pamkit.module.options import Match, Option, Options, flag, number, rest, text
from pamkit.vocab.facility import Primitive
from pamkit.vocab.item import Item

MODULES = Path(module_page.__code__.co_filename).parent.parent / "modules"
SECTIONS = [
    "Description",
    "Options",
    "Answers",
    "Items",
    "What is known of it",
    "Files",
    "Examples",
]


def _switch(phrase: str, default: bool) -> Any:
    return Option("", phrase, default, "on".__eq__, True, "off|on")


class DoorOptions(Options):
    """Options of a module that does not exist."""

    match = Match.ANY_CASE
    group: str = text("members pass", default="wheel", value="name")
    trust: bool = flag("grant at once", deprecated="use `optional`")
    quick: bool = flag("do not wait", word="nodelay", default=False)
    most: int = number("how many", default=3)
    lights: bool = _switch("leave them", True)
    others: tuple[str, ...] = rest("names", value="name ...")


DOOR = declare(
    "pam_door",
    options=DoorOptions,
    answers={
        Primitive.AUTHENTICATE: "success auth_err",
        Primitive.SETCRED: "success",
    },
    reads=[Item.USER],
    sets=[Item.AUTHTOK],
    facts=[
        NEVER_PROMPTS,
        GRANTS_WITHOUT_SECRET.when(trust=True, others=()),
        NEVER_PROMPTS.when(group="wheel", most=4),
    ],
    files=["/etc/door"],
    examples=[
        example("su", "auth required pam_door.so", "let nobody in"),
        example("login", "auth required pam_door.so"),
    ],
)


def blocks(title: str) -> str:
    page = page_of(DOOR, "Open the door.\n\nOr not.")
    return "\n".join(
        repr(block)
        for section in page.sections
        if section.title == title
        for block in section.blocks
    )


@pytest.mark.parametrize("name", [*module_names(), *family_module_names()])
def test_every_module_has_a_page_with_the_same_sections_in_the_same_order(name: str) -> None:
    page = module_page(name)
    assert page is not None
    titles = [line[3:] for line in page.splitlines() if line.startswith("## ")]
    family, _, bare = name.rpartition(".")
    title = f"# {bare} ({family})" if family else f"# {name}"
    assert (title, SECTIONS) == (page.splitlines()[0], titles)


def test_modules_of_other_families_have_pages_of_their_own() -> None:
    found = {f"{path.parent.name}.{path.stem}" for path in MODULES.glob("*/pam_*.py")}
    assert found == set(family_module_names())
    linux, bsd = (declared(name) for name in ("pam_group", "openpam.pam_group"))
    assert linux is not None
    assert bsd is not None
    assert linux[0] is not bsd[0]


def test_every_module_file_has_a_page() -> None:
    assert [path.stem for path in sorted(MODULES.glob("pam_*.py"))] == list(module_names())


def test_a_name_without_a_module_has_no_page() -> None:
    assert (
        module_page("pam_nowhere"),
        declared("../modules/pam_debug"),
        declared("os"),
    ) == (None, None, None)


def test_one_page_imports_one_module() -> None:
    code = (
        "import sys; from pamkit.docgen.modules import module_page; module_page('pam_debug');"
        "print([m for m in sys.modules if m.startswith('pamkit.modules.')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "['pamkit.modules.pam_debug']\n"


def test_an_option_is_shown_with_value_default_and_replacement() -> None:
    shown = blocks("Options")
    assert "('`group=name`', 'members pass', '`wheel`')" in shown
    assert "('`trust`', 'grant at once; deprecated: use `optional`', '')" in shown
    assert "('`nodelay`', 'do not wait', '')" in shown
    assert "('`most=number`', 'how many', '`3`')" in shown
    assert "('`lights=off|on`', 'leave them', '`on`')" in shown
    assert "('`name ...`', 'names', '')" in shown
    assert "Capital and small letters" in shown


def test_a_code_is_shown_with_its_text_and_who_answers_it() -> None:
    shown = blocks("Answers")
    assert "('`PAM_SUCCESS`', 'Success', 'all it serves')" in shown
    assert "('`PAM_AUTH_ERR`', 'Authentication failure', '`authenticate`')" in shown


def test_a_code_of_all_primitives_but_one_is_said_so() -> None:
    answers = dict.fromkeys(Primitive, "success ignore") | {Primitive.SETCRED: "success"}
    page = page_of(declare("pam_x", answers=answers, examples=[]), "X.")
    table = next(section for section in page.sections if section.title == "Answers").blocks[0]
    assert isinstance(table, Table)
    assert [row[2] for row in table.rows] == ["all it serves", "all but `setcred`"]


def test_a_fact_is_shown_with_its_conditions() -> None:
    shown = blocks("What is known of it")
    assert "'It never asks the applicant for anything.'" in shown
    assert "nobody gave a secret, if nothing else is said and `trust` is given.'" in shown
    assert "if `group=name` is not given and `most=4` is given.'" in shown


def test_items_files_and_examples_are_shown() -> None:
    assert "It reads `PAM_USER`." in blocks("Items")
    assert "It sets `PAM_AUTHTOK`." in blocks("Items")
    assert "`/etc/door`" in blocks("Files")
    assert "Let nobody in, in `/etc/pam.d/su`:" in blocks("Examples")
    assert "'In `/etc/pam.d/login`:'" in blocks("Examples")
    assert "It can stand in `auth`." in blocks("Description")
