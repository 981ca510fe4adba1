"""Which known mistake, or which fact, explains wrong answers."""
