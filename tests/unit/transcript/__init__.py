"""Events to transcripts."""
