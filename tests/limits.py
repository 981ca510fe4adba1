"""Limits for tests: long where something must end in time, on a slow or busy machine as well."""

from dataclasses import replace

from autograder.course.options import Limits

PATIENCE = 1200  # seconds for a command or a kernel: only a test that hangs comes to its end
SHORT = 1  # seconds, where the limit itself is what is tried; everything else in them takes ms

PATIENT = Limits(cell_seconds=PATIENCE, call_seconds=PATIENCE, submission_seconds=PATIENCE)
SHORT_CELLS = replace(PATIENT, cell_seconds=SHORT)  # for a cell that is to be stopped
SHORT_CALLS = replace(PATIENT, call_seconds=SHORT)  # for a call that is
