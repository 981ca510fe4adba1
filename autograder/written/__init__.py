"""Written answers by the hundred: laid out for those who grade them, and their marks read back."""
