from pamkit.docgen.markdown import markdown
from pamkit.docgen.page import Bullets, Page, Section, Table, Text, Verbatim


def test_every_kind_of_block_becomes_markdown() -> None:
    page = Page(
        "pam_x",
        "Ask.",
        (Text("At `<once>`, <twice>."),),
        (
            Section("List", (Bullets(("a", "b")),)),
            Section("Table", (Table(("h", "i"), (("`a|b`", ""),)),)),
            Section("Code", (Verbatim("auth  x"), Verbatim("a --> b", "mermaid"))),
        ),
    )
    assert markdown(page) == (
        "# pam_x\n\nAsk.\n\nAt `<once>`, \\<twice>.\n\n"
        "## List\n\n- a\n- b\n\n"
        "## Table\n\n| h | i |\n| --- | --- |\n| `a\\|b` | |\n\n"
        "## Code\n\n```text\nauth  x\n```\n\n```mermaid\na --> b\n```\n"
    )
