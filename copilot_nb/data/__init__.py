"""What values are, without IPython: frames, columns, names, and what may leave the kernel."""
