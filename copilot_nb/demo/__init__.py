"""The demo model: an offline scripted analyst that the real runtime talks to, and its tour."""
