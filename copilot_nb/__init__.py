"""GitHub Copilot's agent as a first-class citizen of a notebook."""

__version__ = "0.1.0"
