"""The tools that show the agent the live kernel; one file per family."""

from __future__ import annotations

from copilot_nb.kernel.results import register_results
from copilot_nb.kernel.tools.cells import propose_cell, recent_cells
from copilot_nb.kernel.tools.code import last_error, run_code, run_scratch
from copilot_nb.kernel.tools.figures import get_figure
from copilot_nb.kernel.tools.files import preview_file
from copilot_nb.kernel.tools.frames import (
    column_statistics,
    compare_frames,
    correlations,
    missing_values,
    preview_rows,
    value_counts,
)
from copilot_nb.kernel.tools.objects import inspect_object, list_packages
from copilot_nb.kernel.tools.variables import describe_variable, list_variables, search_variables

register_results()

KERNEL_TOOLS = (
    list_variables,
    describe_variable,
    search_variables,
    preview_rows,
    column_statistics,
    value_counts,
    missing_values,
    correlations,
    compare_frames,
    run_code,
    run_scratch,
    last_error,
    inspect_object,
    list_packages,
    recent_cells,
    propose_cell,
    get_figure,
    preview_file,
)
"""What every notebook session offers; needs `provide={Shell: shell}`."""
