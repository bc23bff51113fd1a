"""The tools that show the agent the live kernel; one file per family."""

from __future__ import annotations

from copilot_nb.kernel.tools.code import last_error, run_code
from copilot_nb.kernel.tools.variables import describe_variable, list_variables

KERNEL_TOOLS = (list_variables, describe_variable, run_code, last_error)
"""What every notebook session offers; needs `provide={Shell: shell}`."""
