"""Marks on their way to a learning management system: Canvas, Moodle, Gradescope."""
