"""What a notebook says, never run: the assignment, a submission, which cell is which."""
