"""The versions that grade a notebook: what a release says of them, and how it compares."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from importlib.metadata import version

REQUIREMENTS = "requirements.txt"  # lies beside a released notebook
ALWAYS = ("numpy", "matplotlib")

# The first code cell of a release. It knows no version by itself, so that it is the same in every
# release: that is how grading tells it from what a student wrote.
COMPARING_CELL = '''\
def compare_versions(file="requirements.txt"):
    """Say where Python and the packages here are not those that will grade this notebook."""
    import importlib.metadata, pathlib, platform, re

    path = pathlib.Path(file)
    text = path.read_text() if path.is_file() else ""
    for name, there in re.findall(r"^#? ?([\\w-]+)==(\\S+)", text, re.MULTILINE):
        try:
            python = name == "python"
            here = platform.python_version() if python else importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            here = "missing"
        if here.split(".")[:2] != there.split(".")[:2]:
            print(f"{name}: {here} here, {there} where this notebook is graded.")
            print("What runs here may fail there, and costs its points then.")
            print(f"For the same packages: pip install -r {file}")


compare_versions()'''


def requirements(packages: Iterable[str]) -> str:
    """Return the text of ``requirements.txt``: the versions in this environment, which grades.

    ``packages`` are what a course lets submissions import besides NumPy and matplotlib.
    """
    python = ".".join(map(str, sys.version_info[:3]))
    names = dict.fromkeys((*ALWAYS, *packages))
    return "\n".join(
        [
            "# The versions with which the notebook beside this file is graded.",
            f"# python=={python}",
            *(f"{name}=={version(name)}" for name in names),
            "",
        ]
    )
