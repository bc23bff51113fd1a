"""One notebook's agent: its settings, model source, policy, conversation and prompts."""
