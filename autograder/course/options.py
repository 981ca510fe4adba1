"""The options of grading: traits set in nbgrader_config.py, read by both doors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from traitlets import Bool, Dict, Float, Integer, List, Unicode
from traitlets.config import Configurable

from ..errors import UnknownAssignment, UnknownOption
from ..sandbox.installed import check_installed
from ..sandbox.lockdown import DEFAULT_FILE_MIB, ChildLimits

CELLS_OF_OUTPUT = 20  # all cells together may show as much as so many that show all they may
A_DAY = 86_400.0  # seconds


@dataclass(frozen=True)
class Limits:
    """What one submission may use. See GradingOptions for what each means."""

    cell_seconds: float = 30.0
    call_seconds: float = 10.0
    submission_seconds: float = 300.0
    memory_mib: int = 1024
    file_mib: int = DEFAULT_FILE_MIB
    output_characters: int = 200_000
    run_demonstrations: bool = False
    packages: tuple[str, ...] = ()
    unsafe_no_sandbox: bool = False

    def child(self) -> ChildLimits:
        """Return the part that the kernel enforces on one process."""
        return ChildLimits(self.memory_mib, int(self.submission_seconds) + 1, self.file_mib)


class GradingOptions(Configurable):
    """``c.GradingOptions.cell_seconds = 60`` in nbgrader_config.py, and so on."""

    cell_seconds = Float(
        Limits.cell_seconds,
        min=0.1,
        max=A_DAY,
        help="Seconds that one cell may run, without those that others keep it waiting.",
    ).tag(config=True)
    call_seconds = Float(
        Limits.call_seconds,
        min=0.1,
        max=A_DAY,
        help="The same for one call of a hidden test.",
    ).tag(config=True)
    submission_seconds = Float(
        Limits.submission_seconds,
        min=1,
        max=A_DAY,
        help="The same for all cells and calls of a submission.",
    ).tag(config=True)
    memory_mib = Integer(
        Limits.memory_mib, min=64, help="MiB of memory beyond what Python and NumPy take."
    ).tag(config=True)
    file_mib = Integer(
        Limits.file_mib,
        min=1,
        help="MiB that files may take: each one, and where bubblewrap runs all together.",
    ).tag(config=True)
    output_characters = Integer(
        Limits.output_characters,
        min=0,
        help="Characters kept of a cell's output, with pictures; "
        f"{CELLS_OF_OUTPUT} times as many of all cells.",
    ).tag(config=True)
    run_demonstrations = Bool(
        Limits.run_demonstrations, help="Whether locked cells that only show something are run."
    ).tag(config=True)
    packages = List(
        Unicode(), help="Packages, as pip names them, to import besides NumPy and matplotlib."
    ).tag(config=True)
    unsafe_no_sandbox = Bool(
        Limits.unsafe_no_sandbox, help="Grade even where submitted code cannot be locked in."
    ).tag(config=True)
    demo_assignment = Unicode(
        help="Which assignment `autograder demo` gives; by default the first of the course."
    ).tag(config=True)
    attempts_per_hour = Integer(
        10,
        min=0,
        help="Attempts of one student that `autograder watch` grades in an hour; 0 is any number.",
    ).tag(config=True)
    plain_assignments = List(
        Unicode(), help="Ordinary nbgrader assignments, graded by nbgrader itself."
    ).tag(config=True)
    per_assignment = Dict(
        value_trait=Dict(),
        help="Other values for some assignments, as in {'statistics': {'cell_seconds': 120}}.",
    ).tag(config=True)

    def limits(self, assignment: str, known: Sequence[str]) -> Limits:
        """Return the options for an assignment, one of the ``known``, as plain data.

        Raises TraitError for a value that an option cannot have, UnknownOption and
        UnknownAssignment for a name that is none, PackageMissing for a package not installed.
        """
        names = list(Limits.__dataclass_fields__)
        for name, values in self.per_assignment.items():
            if name not in known:
                raise UnknownAssignment(name, list(known))
            options = ["unsafe_no_sandbox"] if name in self.plain_assignments else names
            if unknown := sorted(set(values) - set(options)):
                raise UnknownOption(name, unknown, options)
        others = self.per_assignment.get(assignment, {})
        checked = GradingOptions(**others)  # as values that the traits accept
        values = {name: getattr(checked if name in others else self, name) for name in names}
        values["packages"] = tuple(values["packages"])
        check_installed(values["packages"])
        return Limits(**values)
