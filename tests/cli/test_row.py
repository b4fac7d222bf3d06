from pamkit.cli.row import rows_of, where
from pamkit.policy.compile import compile_policy
from pamkit.policy.resolve import resolve
from pamkit.policy.source import MemorySource
from pamkit.vocab.facility import Facility
from pamkit.vocab.span import Span

_POLICY = MemorySource(
    {
        "/etc/pam.d/test": "auth required /lib/security/pam_a.so\n"
        "auth substack outer\n"
        "auth [success=1   default=bad] pam_d.so password=x\n",
        "/etc/pam.d/outer": "auth substack inner\nauth required pam_c.so\n",
        "/etc/pam.d/inner": "auth required pam_b.so\n",
        "/etc/pam.d/other": "",
    }
)

ROWS = rows_of(compile_policy(resolve("test", _POLICY))[Facility.AUTH])


def test_a_row_stands_at_its_number_and_as_deep_as_its_substacks() -> None:
    assert [(row.number, row.depth, row.place, row.module, row.control) for row in ROWS] == [
        (0, 0, "test:1", "pam_a.so", "required"),
        (1, 0, "test:2", "substack", "outer"),
        (2, 1, "outer:1", "substack", "inner"),
        (3, 2, "inner:1", "pam_b.so", "required"),
        (4, 1, "outer:2", "pam_c.so", "required"),
        (5, 0, "test:3", "pam_d.so", "[success=1 default=bad]"),
    ]


def test_a_substack_holds_what_lies_in_it_and_no_more() -> None:
    assert {
        row.number: [n for n in range(len(ROWS) + 1) if row.holds(n)]
        for row in ROWS
        if row.is_substack
    } == {1: [2, 3, 4], 2: [3]}


def test_a_place_is_a_file_name_and_a_line() -> None:
    assert where(Span("/etc/pam.d/login", 7)) == "login:7"
