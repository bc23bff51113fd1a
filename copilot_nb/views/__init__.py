"""Transcripts to screens: the widget, the terminal, and the form that is stored."""
