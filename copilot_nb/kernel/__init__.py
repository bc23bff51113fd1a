"""The notebook's kernel: waiting in a cell, the user's namespace, running code, the tools."""
