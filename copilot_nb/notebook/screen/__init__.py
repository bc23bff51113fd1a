"""Draws a turn with what the front end can, and asks on the keyboard where it has no buttons."""
