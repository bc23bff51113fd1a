"""What code would do: the analysis against a corpus that is run."""
