"""What tests of agent code need: a scripted model for the real runtime, and fakes."""
