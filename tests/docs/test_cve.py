"""Every vulnerability that is known of PAM has a row, and what is prevented has a test."""

from __future__ import annotations

import re

import pytest

from tests.conftest import ROOT

PAGE = (ROOT / "docs" / "cve.md").read_text(encoding="utf-8")
ROWS = [line for line in PAGE.splitlines() if re.match(r"\| \d{4}-\d+", line)]

LINUX_PAM = """
    2003-0388 2005-2977 2007-0003 2009-0579 2009-0887 2010-3316 2010-3430 2010-3431 2010-3435
    2010-3853 2010-4706 2010-4707 2010-4708 2010-0832 2011-3628 2011-3148 2011-3149 2013-7041
    2014-2583 2015-3238 2018-17953 2020-27780 2020-36394 2022-28321 2024-22365 2024-10041 2024-10963
    2025-6020 2025-8941 2025-6018 2026-54411"""

OTHERS = """
    2019-12209 2019-12210 2021-31924 2025-23013 2016-20014 2020-13881 2020-27743 2015-9542
    2024-3596 2002-0374 2003-0734 2005-2641 2006-5170 2011-0438 2013-0288 2008-3825 2009-0360
    2009-0361 2009-1384 2020-10595 2005-4713 2008-5138 2007-0844 2009-1273 2013-0191 2013-7322
    2024-47191 2012-6140 2011-4120 2018-9275 2019-16058 2025-24531 2025-24032 2025-24031 2025-1390
    2019-3842 2012-6150 2010-2940 2026-44712 2026-44709 2026-43916 2014-3879 2011-4122 2020-14871
    2003-0786 2003-0787 2015-6563 2015-6564 2022-0860 2022-24755 2017-12197"""


@pytest.mark.parametrize("number", [*LINUX_PAM.split(), *OTHERS.split()])
def test_every_known_hole_has_one_row(number: str) -> None:
    found = [row for row in ROWS if number in row.split("|")[1].replace(",", " ").split()]
    assert len(found) == 1


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.split("|")[1].strip())
def test_a_row_says_what_became_of_it_and_what_is_prevented_is_shown(row: str) -> None:
    _, _, _, verdict, shown, _ = row.split("|")
    assert verdict.strip().startswith(("Cannot", "Prevented", "Applies"))
    assert "`test_" in shown or verdict.strip().startswith("Cannot: there is no ")
