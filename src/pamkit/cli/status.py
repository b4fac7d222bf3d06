"""The exit statuses of the command line."""

from __future__ import annotations

DONE = 0
"""Everything that was asked for succeeded."""

REFUSED = 1
"""The answer is no."""

UNUSABLE = 2
"""The command line or the policy cannot be used."""

INTERRUPTED = 130
"""Somebody pressed Ctrl-C: 128 and the number of SIGINT, as shells have it."""
