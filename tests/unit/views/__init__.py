"""Transcripts to screens."""
