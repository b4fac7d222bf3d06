"""The version of the package that this command line belongs to."""

from __future__ import annotations

import sys


def version() -> str:
    """Return it; the package's front door has been loaded by whoever got this far."""
    found: str = sys.modules[__name__.partition(".")[0]].__version__
    return found
