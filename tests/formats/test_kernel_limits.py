from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from pamkit.formats.kernel_limits import parse

TEXT = """\
Limit                     Soft Limit           Hard Limit           Units     
Max cpu time              unlimited            9                    seconds   
Max nice priority         0                    5                    
Max odd                   x                    5                    us        
Max bad
"""  # noqa: W291  # the kernel pads its lines


def test_lines_have_a_unit_if_they_are_as_long_as_the_heading() -> None:
    infinite = 2**64 - 1
    assert list(parse(TEXT)) == [("Max cpu time", infinite, 9), ("Max nice priority", 0, 5)]


def test_the_kernel_of_this_machine_is_understood() -> None:
    found = {name: hard for name, _, hard in parse(Path("/proc/self/limits").read_text())}
    assert len(found) == 16
    assert found["Max open files"] > 0


@given(st.text())
def test_nothing_is_too_odd(text: str) -> None:
    assert all(0 <= soft < 2**64 for _, soft, _ in parse(text))
