"""The program itself: makes sure that it can be interrupted and cannot write into its own files.

Nothing is imported before an interrupt would be heard.
"""

from __future__ import annotations


def main() -> int:
    """Run the command line; return the exit status."""
    try:
        _open_standard_streams()
        from pamkit.cli.main import main as run

        return run()
    except KeyboardInterrupt:
        return 130  # as a shell counts a program that SIGINT ended


def _open_standard_streams() -> None:
    """Give what was started without input or output nowhere to read from or write to.

    A file that is opened later would get the free number, and a prompt would be written into
    the account files.
    """
    import os
    import sys

    while (descriptor := os.open(os.devnull, os.O_RDWR)) <= 2:
        os.set_inheritable(descriptor, True)
    os.close(descriptor)
    if sys.stdout is None:
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115  # for as long as the program runs
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w")  # noqa: SIM115  # for as long as the program runs
