"""What outlives a turn: its history, records, exports and stored conversations."""
