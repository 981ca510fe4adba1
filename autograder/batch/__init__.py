"""A class: which results still hold, the workers, and what is written."""
