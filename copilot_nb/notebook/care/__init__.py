"""Looks whether all is well, and writes down who allowed what."""
