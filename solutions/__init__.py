"""Reference solutions of the assignments, one module per assignment."""
