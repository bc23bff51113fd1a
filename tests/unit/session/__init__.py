"""The session room, in memory."""
