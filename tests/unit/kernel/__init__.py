"""The kernel room without a kernel."""
