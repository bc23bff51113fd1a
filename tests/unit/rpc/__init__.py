"""The wire, in memory and over local pipes and sockets."""
