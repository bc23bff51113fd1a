"""`python -m copilot_nb` is the `copilot-nb` command."""

from __future__ import annotations

import sys

from copilot_nb.cli import main

sys.exit(main())
