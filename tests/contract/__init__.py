"""Tests against the real Copilot CLI with a scripted model."""
