"""What code would do to the notebook and to the world, as far as it can be seen before it runs."""
