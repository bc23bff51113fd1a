"""Speed and size, measured against the budgets; `python -m benchmarks.run` runs everything."""
