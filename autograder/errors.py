"""Errors, one class per cause. ``str(error)`` is the sentence for the person it concerns."""

from __future__ import annotations


class AutograderError(Exception):
    """Base of all errors whose text is meant to be read."""


def _listed(names: list[str]) -> str:
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last


# --- for instructors: something about the course or a file -------------------------------


class UnknownAssignment(AutograderError):
    """There are no hidden tests of this name."""

    def __init__(self, name: str, known: list[str]) -> None:
        self.name = name
        self.known = known
        super().__init__(f"There is no assignment {name!r}. Known are: {', '.join(known)}.")


class NoHiddenTests(AutograderError):
    """An assignment has a notebook and no hidden tests, as an ordinary one of nbgrader's."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(
            f"{name!r} has no hidden tests in solutions/{name}/. An ordinary nbgrader assignment, "
            "named in c.GradingOptions.plain_assignments, can be graded with "
            f"`autograder grade {name}` and with nbgrader autograde only."
        )


class PlainIsMissing(AutograderError):
    """An assignment that is said to be an ordinary one of nbgrader's has no notebook."""

    def __init__(self, name: str, folder: str) -> None:
        self.name = name
        self.folder = folder
        super().__init__(
            f"c.GradingOptions.plain_assignments names {name!r}, and there is no notebook in "
            f"{folder}. Correct the name, or put the notebook there."
        )


class PlainHasHiddenTests(AutograderError):
    """An assignment with hidden tests is said to be an ordinary one of nbgrader's."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(
            f"c.GradingOptions.plain_assignments names {name!r}, which has hidden tests in "
            f"solutions/{name}/. Take the name out, or move the hidden tests away."
        )


class PlainNotAllowed(AutograderError):
    """The course does not say that the code of an ordinary assignment may run without a sandbox."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(
            f"Nothing was graded: {name!r} is an ordinary nbgrader assignment, and submitted code "
            "is not locked in. It could read the solutions and write the gradebook. To grade it "
            "nevertheless, write in nbgrader_config.py: "
            f"c.GradingOptions.per_assignment = {{{name!r}: {{'unsafe_no_sandbox': True}}}}"
        )


class MissingSource(AutograderError):
    """The source notebook of an assignment is not where the course has its sources."""

    def __init__(self, path: str) -> None:
        self.path = path
        super().__init__(
            f"There is no source notebook {path}. "
            "Is this a course folder? Make one: autograder quickstart DIR"
        )


class SolutionsMissing(AutograderError):
    """A course folder has assignments and nothing to grade them with, as older versions made it."""

    def __init__(self, course: str) -> None:
        self.course = course
        super().__init__(
            f"{course} has no solutions/ to grade with. Run there: autograder quickstart . "
            "(it adds what is missing and changes nothing)"
        )


class BrokenCourseFile(AutograderError):
    """A course's solutions or configuration cannot be run; ``line`` is None where it is unknown."""

    def __init__(self, file: str, line: int | None, kind: str, message: str) -> None:
        self.file = file
        self.line = line
        self.kind = kind
        where = f"{file}, line {line}" if line else file
        super().__init__(f"{where}: {kind}: {message}")


class NotACourse(AutograderError):
    """A folder lacks the parts of a course."""

    def __init__(self, path: str) -> None:
        self.path = path
        super().__init__(
            f"{path} is not a course: it needs nbgrader_config.py and solutions/. "
            "Go to a course folder, or make one: autograder quickstart DIR"
        )


class NotAFolder(AutograderError):
    """A course cannot be made where there is a file."""

    def __init__(self, path: str) -> None:
        self.path = path
        super().__init__(f"{path} is a file. A course needs a folder.")


class AssignmentExists(AutograderError):
    """A new assignment would be written over what is there."""

    def __init__(self, name: str, place: str) -> None:
        self.name = name
        self.place = place
        super().__init__(f"There is already {place}. Nothing was written; choose another name.")


class BadName(AutograderError):
    """A name cannot be one of an assignment or of an exercise; ``usable`` says what can."""

    def __init__(self, name: str, kind: str, usable: str) -> None:
        self.name = name
        self.kind = kind
        self.usable = usable
        super().__init__(f"{name!r} cannot be the name of {kind}. It should be {usable}.")


class BadSource(AutograderError):
    """The instructor's source notebook does not follow the layout of an assignment."""

    def __init__(self, name: str, reason: str) -> None:
        self.name = name
        self.reason = reason
        super().__init__(f"The source notebook of {name!r} cannot be used: {reason}")


class UnreadableNotebook(AutograderError):
    """A submitted file is not a notebook."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"This is not a notebook that can be read: {reason}")


class MissingNotebook(AutograderError):
    """A submission has no notebook of the expected name; ``notes`` tell what else it has."""

    def __init__(self, expected: str, found: list[str], notes: list[str] | None = None) -> None:
        self.expected = expected
        self.found = found
        there = f"there is {', '.join(found)}. Rename it?" if found else "there is no notebook."
        super().__init__(" ".join([f"No {expected} was submitted; {there}", *(notes or [])]))


class SeveralNotebooks(AutograderError):
    """Several notebooks of a submission could be meant; ``command`` makes one the only one."""

    def __init__(self, found: list[str], taken: str, command: str) -> None:
        self.found = found
        self.command = command
        how = f"run in the course folder: {command}" if command else "give it the right name."
        super().__init__(f"Which notebook counts? There are {_listed(found)}. For {taken}, {how}")


class NoKnownCells(AutograderError):
    """A submitted notebook has no cell of the assignment."""

    def __init__(self, assignment: str) -> None:
        self.assignment = assignment
        super().__init__(
            f"The notebook has none of the cells of {assignment!r}. Was another notebook submitted?"
        )


class NothingToGrade(AutograderError):
    """No submission was found where one was expected."""

    def __init__(self, place: str) -> None:
        self.place = place
        super().__init__(
            f"No submission in {place}. Collect first: nbgrader collect, or nbgrader zip_collect."
        )


class NoSuchSubmission(AutograderError):
    """Students were named of whom nothing was collected."""

    def __init__(self, assignment: str, students: list[str]) -> None:
        self.assignment = assignment
        self.students = students
        super().__init__(f"Nothing of {assignment!r} was collected from {', '.join(students)}.")


class NotReleased(AutograderError):
    """The gradebook does not know the assignment, or knows it with other cells or points."""

    def __init__(self, assignment: str) -> None:
        self.assignment = assignment
        super().__init__(
            f"The gradebook does not know {assignment!r} as its source notebook is now. "
            f"Run first: nbgrader generate_assignment {assignment} --force"
        )


class UnknownOption(AutograderError):
    """An option of grading is set for an assignment that is none."""

    def __init__(self, assignment: str, unknown: list[str], known: list[str]) -> None:
        self.assignment = assignment
        self.unknown = unknown
        super().__init__(
            f"c.GradingOptions.per_assignment[{assignment!r}] sets {_listed(unknown)}. "
            f"Options are {_listed(known)}."
        )


class TooManyFiles(AutograderError):
    """A folder holds more files than are copied."""

    def __init__(self, path: str, most: int) -> None:
        self.path = path
        self.most = most
        super().__init__(
            f"{path} holds more than {most} files and folders. Remove what does not belong."
        )


class FoldersTooDeep(AutograderError):
    """Folders lie within folders beyond what can be copied."""

    def __init__(self, path: str, most: int) -> None:
        self.path = path
        self.most = most
        super().__init__(
            f"{path} holds folders more than {most} deep. Remove what does not belong."
        )


class UnreadableTimestamp(AutograderError):
    """The time of a submission is none, or could be two; ``reason`` says why, without a stop."""

    def __init__(self, path: str, reason: str) -> None:
        self.path = path
        self.reason = reason
        super().__init__(
            f"No time can be read from {path}: {reason}. "
            "Write it as 2026-01-31 12:00:00 UTC, or remove the file."
        )


class HiddenTestsFailed(AutograderError):
    """The hidden tests themselves could not be run: the grader's own fault."""

    def __init__(self, file: str, reason: str) -> None:
        self.file = file
        self.reason = reason
        super().__init__(f"The hidden tests in {file} could not be run (pytest: {reason}).")


class CannotGradeHere(AutograderError):
    """Nothing can be graded on this machine, whatever is submitted."""

    def __reduce__(self) -> tuple[type[CannotGradeHere], tuple[object, ...]]:
        return type(self), tuple(vars(self).values())  # as it travels from a worker


class SandboxFailed(AutograderError):
    """The sandbox could not be started or did not follow its protocol: the grader's own fault."""


class SandboxDidNotStart(SandboxFailed, CannotGradeHere):
    """The warm process ended, or said nothing, before it was ready."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"The sandbox did not start: {reason}")


class NeedsLinux(CannotGradeHere):
    """The sandbox is made of what only Linux has."""

    def __init__(self) -> None:
        super().__init__(
            "Grading needs Linux, where submitted code can be locked in. Use a virtual machine, "
            "a container, or on Windows WSL 2."
        )


class NotLockedIn(CannotGradeHere):
    """Submitted code cannot be locked in on this machine; ``gaps`` is what it could do."""

    def __init__(self, gaps: list[str]) -> None:
        self.gaps = gaps
        super().__init__(
            f"Nothing was graded: submitted code could {_listed(gaps)} here. "
            "`autograder doctor` says what is missing. To grade code that you trust, "
            "use --unsafe-no-sandbox, or c.GradingOptions.unsafe_no_sandbox = True."
        )


class PackageMissing(CannotGradeHere):
    """Packages that submissions may import are not installed where they are graded."""

    def __init__(self, names: list[str]) -> None:
        self.names = names
        super().__init__(
            f"c.GradingOptions.packages names {_listed(names)}, not installed here. Names are "
            f"those of pip. Install beside the autograder: pip install {' '.join(names)}"
        )


class MustExecute(AutograderError):
    """Grading was asked for without running the notebooks."""

    def __init__(self) -> None:
        super().__init__(
            "Nothing was graded: --no-execute (c.Execute.enabled = False) is refused, because "
            "the points come from tests of what a notebook's cells define."
        )


class RefusedArchive(AutograderError):
    """An archive of submissions is damaged, or unpacks to more than it should."""

    def __init__(self, archive: str, reason: str) -> None:
        self.archive = archive
        self.reason = reason
        super().__init__(
            f"{archive} was not unpacked: {reason} The other archives are not affected."
        )


class DemoFailed(AutograderError):
    """The demonstration could not be carried out."""


# --- for students ------------------------------------------------------------------------


class NoAnswer(AutograderError):
    """A call or a variable gave nothing to compare; the hidden test fails with this text."""
