"""What goes along with a prompt."""
