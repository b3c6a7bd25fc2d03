"""Experiment trackers on disk: where they lie, and what is in them."""
