from autograder.nbgrader_hooks import configure

c = get_config()  # noqa: F821 (nbgrader provides it)
configure(c)

c.CourseDirectory.course_id = "small-course"
