from __future__ import annotations

from pamkit.formats.auth_failure import Failures, Origin, first_line, last_lines

NOWHERE = Origin(None, None, None, None)
SOMEWHERE = Origin("sshd", "ssh", "eve", "192.0.2.7")


def test_the_first_line_is_cs_to_the_blank() -> None:
    assert first_line(Failures("alice", "lars", 0, 1), SOMEWHERE) == (
        "authentication failure; logname=lars uid=0 euid=1 "
        "tty=ssh ruser=eve rhost=192.0.2.7  user=alice"
    )
    assert first_line(Failures("", "", 0, 0), NOWHERE) == (
        "authentication failure; logname= uid=0 euid=0 tty= ruser= rhost= "
    )


def test_the_last_lines_count_the_failures_after_the_first() -> None:
    details = "logname= uid=0 euid=0 tty= ruser= rhost=  user=a"
    counted = {n: last_lines(Failures("a", "", 0, 0, n), NOWHERE) for n in (1, 2, 3, 4)}
    assert counted == {
        1: (),
        2: (f"1 more authentication failure; {details}",),
        3: (f"2 more authentication failures; {details}",),
        4: (
            f"3 more authentication failures; {details}",
            "service(**unknown**) ignoring max retries; 4 > 3",
        ),
    }
    [_, ignoring] = last_lines(Failures("a", "", 0, 0, 5), SOMEWHERE)
    assert ignoring == "service(sshd) ignoring max retries; 5 > 3"
