"""The class report: one page that works from disk, and the same data as JSON and CSV."""

from __future__ import annotations

import os
import re
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from statistics import fmean, median
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape
from rich.console import Console

from ..course.folder import Course
from ..course.replacing import replace_file
from ..report.attention import LATE, MISSING, WAITING, Look, late
from ..report.collected import collect
from ..report.items import how_rough, quality, to_mend
from ..report.of_class import CollectedClass, StudentOfClass
from ..report.statistics import FEW, share_of
from ..report.whole import ClassReport, as_csv, as_json, class_report
from ..results import in_words
from .report_charts import STATES, exercises_chart, points_chart
from .terminal import print_plain

REPORTS = "reports"  # the folder in a course
SHOWN_FIRST = 10  # mistakes that are not folded away
MOST_LOOKS = 8  # of one reason; more of who is late or waits are folded away all
MOST_TESTS = 5  # to mend, that are not folded away
_HERE = Path(__file__).parent


def write_report(course: Course, name: str, *, anonymous: bool, console: Console) -> None:
    """Write the report of an assignment, and print what it begins with and where it is.

    Raises what ``collect`` raises.
    """
    found = collect(course, name, anonymous=anonymous)
    report = class_report(course, found)
    file = report_path(course, f"{name}-anonymous" if anonymous else name)
    page = report_page(report, found, links_to_pages(course, found, file.parent))
    replace_file(file, page.encode(errors="replace"))
    replace_file(file.with_suffix(".json"), as_json(report))
    replace_file(file.with_suffix(".csv"), as_csv(found))
    for sentence in report.lead:
        print_plain(sentence, console)
    for named in report.dropped:
        said = f"The named group “{named.words}” of {named.exercise} is dropped"
        print_plain(f"{said}: the exercise or its hidden tests changed.", console)
    print_plain(f"Written: {file}, and the same as .json and .csv", console)


def report_path(course: Course, name: str) -> Path:
    """Return where the page of a report is."""
    return course.root / REPORTS / f"{name}.html"


def links_to_pages(course: Course, found: CollectedClass, folder: Path) -> dict[str, str]:
    """Return how to come from a folder to the students' pages of feedback that are there.

    An anonymous report has none: they would tell who it is.
    """
    if found.anonymous:
        return {}
    pages = {student: course.page_file(found.assignment, student) for student in found.known_as}
    return {
        student: quote(os.path.relpath(page, folder))
        for student, page in pages.items()
        if page.is_file()
    }


def report_page(report: ClassReport, found: CollectedClass, links: dict[str, str]) -> str:
    """Return the page, with links to those of the students."""
    points = found.settled_points()
    most = sum(exercise.points for exercise in found.settled)
    several = [held for held in report.misconceptions if len(held.students) > 1]
    started = len(found.started)
    return rendered(
        "report.html.j2",
        title=f"{report.assignment}: what the class did not understand",
        report=report,
        links=links,
        anonymous=found.anonymous,
        graded=len(found.graded),
        started=started,
        share_of=share_of,
        points_chart=points_chart(points, most),
        most=most,
        exercises_chart=exercises_chart(report.exercises),
        mean=fmean(points) if points else None,
        median=median(points) if points else None,
        waiting=sum(student.waiting > 0 for student in found.graded),
        ranks={(h.exercise, h.name): n for n, h in enumerate(report.misconceptions, start=1)},
        several=several,
        single=[held for held in report.misconceptions if held not in several],
        shown_first=SHOWN_FIRST,
        states=[*STATES],
        rough=how_rough(report.alpha_of),
        quality=quality,
        few=FEW,
        to_mend=to_mend(report.tests),
        attention=[_folded(why, [*looks]) for why, looks in groupby(report.attention, key=_why)],
        most_tests=MOST_TESTS,
        kinds={
            "Students": [WAITING, "not graded", LATE],
            "Mistakes": ["with a mistake", "without a name", MISSING],
            "An exercise": [state for state in STATES if state != "waiting"],
        },
        rows=[_row(student, report) for student in report.students],
    )


def _why(look: Look) -> str:
    return look.why


def _folded(why: str, looks: list[Look]) -> tuple[str, list[Look], list[Look]]:
    """Return a reason, whom to show, and whom to fold away."""
    shown = 0 if why in (LATE, WAITING) and len(looks) > MOST_LOOKS else MOST_LOOKS
    return why, looks[:shown], looks[shown:]


def _row(student: StudentOfClass, report: ClassReport) -> dict[str, Any]:
    answers = [student.answers.get(exercise.name) for exercise in report.exercises]
    there = [answer for answer in answers if answer]
    mistakes = [in_words(a.misconception) for a in there if a.misconception]
    words: dict[str, bool] = {
        "not graded": bool(student.not_graded),
        "late": student.hours_late > 0,
        "with a mistake": bool(mistakes),
        MISSING: any(a.missing for a in there),
        "without a name": any(a.group and not a.misconception for a in there),
        **{str(state): any(a.state == state for a in there) for state in STATES},
        "waiting": student.waiting > 0,
    }
    return {
        "name": student.name,
        "points": "" if student.not_graded else f"{student.points:.1f}",
        "waiting": f"{student.waiting:g}" if student.waiting else "",
        "late": late(student),
        "hours_late": student.hours_late or "",
        "is_": "|".join([*(word for word, holds in words.items() if holds), *mistakes]),
        "cells": [
            {
                "text": "" if a is None or a.points is None else f"{a.points:.1f}",
                "title": in_words(a.misconception or "") if a else "",
            }
            for a in answers
        ],
    }


def rendered(template: str, **values: Any) -> str:
    """Return a page of a report."""
    environment = Environment(
        loader=FileSystemLoader(_HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
    )
    environment.filters["code"] = _with_code
    page: str = environment.get_template(template).render(
        made=datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        css=_text("report.css"),
        js=_text("report.js"),
        **values,
    )
    return page


def _with_code(text: str) -> Markup:
    """Return a text as HTML in which what stands between backticks is code."""
    return Markup(re.sub("`([^`]+)`", r"<code>\1</code>", str(escape(text))))


def _text(name: str) -> Markup:
    return Markup((_HERE / name).read_text(encoding="utf-8"))
