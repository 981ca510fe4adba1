"""The charts of a class report."""

from autograder.pages.report_charts import points_chart


def test_nobody_is_left_out_of_the_points() -> None:
    """Points given by hand can be more than there are, and a penalty leaves none."""
    chart = points_chart([50, 100, 104, -0.0], 100)
    assert 'points: 1 from 0 to 5, 1 from 50 to 55, 2 from 95 to 100."' in chart
