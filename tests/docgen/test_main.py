from pathlib import Path

import pytest

from pamkit.docgen.__main__ import generated, main


def test_what_was_written_is_up_to_date(tmp_path: Path) -> None:
    docs = tmp_path / "docs"
    assert main(["--docs", str(docs)]) == 0
    assert main(["--check", "--docs", str(docs)]) == 0
    assert {str(path.relative_to(docs)) for path in docs.rglob("*.md")} == set(generated())


def test_stale_missing_and_left_over_files_are_named_and_mended(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    docs = tmp_path / "docs"
    main(["--docs", str(docs)])
    (docs / "codes.md").write_text("old")
    (docs / "table.md").unlink()
    (docs / "modules" / "pam_gone.md").write_text("old")
    (docs / "design.md").write_text("by hand")
    assert main(["--check", "--docs", str(docs)]) == 1
    assert capsys.readouterr().err == (
        "docs/codes.md is stale\n"
        "docs/modules/pam_gone.md is stale\n"
        "docs/table.md is stale\n"
        "help: run `make generate`\n"
    )
    assert (main(["--docs", str(docs)]), main(["--check", "--docs", str(docs)])) == (0, 0)
    assert (docs / "design.md").read_text() == "by hand"


def test_a_place_that_is_no_checkout_is_refused(tmp_path: Path) -> None:
    assert main(["--docs", str(tmp_path / "nowhere" / "docs")]) == 2
