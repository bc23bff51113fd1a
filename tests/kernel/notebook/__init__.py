"""`%%copilot` in real kernels, on the real runtime, with a scripted model."""
