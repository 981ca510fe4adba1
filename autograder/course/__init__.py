"""The course folder: its contents, its options, what was handed in, and what is recorded."""
