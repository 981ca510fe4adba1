"""A course that runs by itself: release, a simulated class, grading, feedback."""
