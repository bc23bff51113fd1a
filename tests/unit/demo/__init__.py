"""Tests of copilot_nb.demo."""
