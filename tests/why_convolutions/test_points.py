"""What this project's own assignments are worth: right answers, and notebooks left alone."""

import pytest
from contents import assignment_names, load_assignment

from autograder.course.options import Limits
from autograder.grading import grade
from autograder.notebook.filled_in import answered, released
from autograder.sandbox.host import Sandbox


@pytest.mark.parametrize("name", assignment_names())
def test_right_answers_get_all_points_and_stubs_none(name: str, sandbox: Sandbox) -> None:
    assignment = load_assignment(name)
    right, untouched = answered(assignment, {}), released(assignment)
    points = sum(exercise.points for exercise in assignment.exercises)
    for_a_human = sum(question.points for question in assignment.written)
    for notebook, score, waiting in ((right, points, for_a_human), (untouched, 0, 0)):
        graded = grade(notebook, assignment, sandbox, notebook=name, limits=Limits())
        assert graded.grading.score == score
        assert graded.grading.max_score == points
        assert graded.grading.pending == waiting
