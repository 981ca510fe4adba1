"""A submission's cells and calls, and the hidden tests that ask for them."""
