"""Limits for tests: long where something must end in time, on a slow or busy machine as well."""

from autograder.course.options import Limits

PATIENCE = 1200  # seconds for a command or a kernel: only a test that hangs comes to its end
SHORT = 1  # seconds, where the limit itself is what is tried; everything else in them takes ms

SHORT_LIMITS = Limits(cell_seconds=SHORT, call_seconds=SHORT)
