"""What of the notebook goes along with a prompt: the index, references, files and figures."""
