"""Tests of the room magics."""
