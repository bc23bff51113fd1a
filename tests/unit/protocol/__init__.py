"""What crosses the wire, and how tolerantly it is read."""
