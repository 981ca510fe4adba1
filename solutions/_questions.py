"""What the multiple-choice questions have in common."""

LETTERS = "abcd"  # of the options of each
