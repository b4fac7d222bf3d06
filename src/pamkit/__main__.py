"""``python -m pamkit`` is the command line."""

from __future__ import annotations

import sys

from pamkit.cli.entry import main

sys.exit(main())
