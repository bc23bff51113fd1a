"""Signing in, what a turn costs, and the caps on it."""
