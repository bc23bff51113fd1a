"""Real kernels, driven through jupyter_client."""
