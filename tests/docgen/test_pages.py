from pamkit.docgen.codes import code_page, codes_page
from pamkit.docgen.controls import action_page, control_page, primitive_page
from pamkit.docgen.dialects import _FEATURES, _INSTEAD, dialect_page, quirk_page, quirks_page
from pamkit.docgen.flags import _MEANINGS as FLAG_MEANINGS
from pamkit.docgen.flags import flags_page
from pamkit.docgen.items import _MEANINGS as ITEM_MEANINGS
from pamkit.docgen.items import items_page
from pamkit.docgen.table import diagram, table_page
from pamkit.policy.control import parse_brackets
from pamkit.policy.dialect import DIALECT_NAMES, DIALECTS, QUIRKS, Dialect
from pamkit.vocab.codes import ReturnCode, c_name, text
from pamkit.vocab.flags import Flag
from pamkit.vocab.item import Item


def test_the_page_of_codes_has_every_number_name_and_text() -> None:
    page = codes_page()
    missing = [code for code in ReturnCode if f"| {int(code)} | `{c_name(code)}` |" not in page] + [
        code for code in ReturnCode if f" {text(code)} " not in page
    ]
    assert missing == []


def test_the_page_of_a_code_says_what_controls_make_of_it() -> None:
    page = code_page("auth_err") or ""
    assert "Number 7 in Linux-PAM, 9 in the Sun family" in page
    assert "| `requisite` | `die` |" in page
    assert "raises `WrongCredentials`" in page


def test_every_flag_and_item_has_a_meaning_and_a_row() -> None:
    assert (set(Flag), set(Item)) == (set(FLAG_MEANINGS), set(ITEM_MEANINGS))
    rows = [f"`PAM_{flag.name}`" not in flags_page() for flag in Flag]
    rows += [f"`PAM_{item.name}`" not in items_page() for item in Item]
    assert not any(rows)


def test_every_quirk_says_what_is_done_instead_and_nothing_else_does() -> None:
    assert set(QUIRKS) == set(_INSTEAD)
    assert all(f"| `{quirk}` |" in quirks_page() for quirk in QUIRKS)


def test_every_difference_between_dialects_is_in_the_table() -> None:
    fields = {field for field in Dialect._fields if field != "name"}
    different = {f for f in fields if len({getattr(each, f) for each in DIALECTS.values()}) > 1}
    assert different == set(_FEATURES)


def test_a_keyword_is_shown_as_brackets_that_mean_the_same() -> None:
    page = control_page("requisite") or ""
    brackets = page.partition("[")[2].partition("]")[0]
    required = parse_brackets("success=ok new_authtok_reqd=ok ignore=ignore default=die")
    assert required.actions == parse_brackets(brackets).actions


def test_an_action_is_shown_with_its_row_of_the_table() -> None:
    page = action_page("done") or ""
    assert "| granted | take |" in page
    assert "if it is granted or qualified by then" in page


def test_a_primitive_is_shown_with_the_one_whose_path_it_follows() -> None:
    assert "It follows the path of `open_session`" in (primitive_page("close_session") or "")


def test_a_quirk_is_shown_with_the_sets_it_is_in() -> None:
    page = quirk_page("short-lines") or ""
    assert "- In `libpam-1.5`\n" in page


def test_the_table_has_a_row_for_each_action() -> None:
    page = table_page()
    assert "| `done` | take | take | keep | keep | if granted or qualified by then |" in page
    assert "| `reset` | reset | reset | reset | reset | never |" in page


def test_the_diagram_is_the_table_run() -> None:
    assert diagram().splitlines() == [
        "stateDiagram-v2",
        "    [*] --> undecided",
        "    undecided --> granted : ok, done with success",
        "    undecided --> qualified : ok, done with another code",
        "    undecided --> denied : bad, die",
        "    granted --> qualified : ok, done with another code",
        "    granted --> denied : bad, die",
        "    granted --> undecided : reset",
        "    qualified --> denied : bad, die",
        "    qualified --> undecided : reset",
        "    denied --> undecided : reset",
    ]


def test_every_dialect_has_a_page_and_a_quirk_of_no_set_says_nothing_of_sets() -> None:
    assert all((dialect_page(name) or "").startswith(f"# {name}") for name in DIALECT_NAMES)
    assert "`binding`" in (dialect_page("illumos") or "")
    assert dialect_page("ultrix") is None
    assert "- In" not in (quirk_page("empty-facility") or "")
