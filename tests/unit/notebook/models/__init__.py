"""Where the model answers: providers, their models, and servers on this host."""
