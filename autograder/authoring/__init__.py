"""Writing an assignment: its first text, and what is missing or wrong in it."""
