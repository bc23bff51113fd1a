"""What calls and events mean: tolerant models of the runtime's JSON."""
