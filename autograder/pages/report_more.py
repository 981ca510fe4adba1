"""Beside the report of an assignment: all assignments, suspicious pairs, and a group's name."""

from __future__ import annotations

import time

import msgspec
from rich.console import Console

from ..course.folder import Course
from ..course.replacing import replace_file
from ..report.across import across, as_csv
from ..report.collected import collect
from ..report.naming import name_group
from ..report.similar import MOST_ALIKE, similar_pairs
from .report import rendered, report_path
from .report_charts import ideas_chart
from .terminal import print_plain

ACROSS = "all-assignments"  # the name of its files
MOST_PAIRS, MOST_PRINTED = 50, 10  # on the page, on the terminal


def write_across(course: Course, *, anonymous: bool, console: Console) -> None:
    """Write the report of all assignments. Raises what ``across`` raises."""
    found = across(course, anonymous=anonymous)
    file = report_path(course, f"{ACROSS}-anonymous" if anonymous else ACROSS)
    page = rendered(
        "report_across.html.j2",
        title="All assignments: what the class did not understand",
        found=found,
        chart=ideas_chart(found.ideas) if found.ideas else "",
    )
    replace_file(file, page.encode(errors="replace"))
    replace_file(file.with_suffix(".json"), msgspec.json.encode(found))
    replace_file(file.with_suffix(".csv"), as_csv(found))
    for sentence in found.lead:
        print_plain(sentence, console)
    print_plain(f"Written: {file}, and the same as .json and .csv", console)


def write_similar(course: Course, name: str, *, anonymous: bool, console: Console) -> None:
    """Write which students' code is suspiciously alike. Raises what ``similar_pairs`` raises."""
    began = time.monotonic()
    pairs = similar_pairs(course, collect(course, name, anonymous=anonymous))
    seconds = f"{time.monotonic() - began:.1f}"
    file = report_path(course, f"{name}-similar-anonymous" if anonymous else f"{name}-similar")
    page = rendered(
        "report_similar.html.j2",
        title=f"{name}: whose code is alike",
        pairs=pairs[:MOST_PAIRS],
        more=max(0, len(pairs) - MOST_PAIRS),
        seconds=seconds,
        most_alike=MOST_ALIKE,
    )
    replace_file(file, page.encode(errors="replace"))
    for pair in pairs[:MOST_PRINTED]:
        shares = ", ".join(f"{alike.exercise} {alike.share:.0%}" for alike in pair.exercises)
        print_plain(f"{' and '.join(pair.students)}: {shares}", console)
    print_plain(f"Pairs: {len(pairs)}, in {seconds} s. A hint, not a verdict: read both.", console)
    print_plain(f"Written: {file}", console)


def print_name_group(
    course: Course, assignment: str, group: str, name: str, hint: str, console: Console
) -> None:
    """Name a group, and say who gets it. Raises what ``name_group`` raises."""
    named = name_group(course, assignment, group, name, hint)
    who = "1 student" if named.students == 1 else f"{named.students} students"
    print_plain(
        f"{who} in {named.group.exercise} made the mistake “{named.group.words}”: its hint is "
        "shown with the next release, and to whoever makes it from now on.",
        console,
    )
    for dropped in named.dropped:
        print_plain(
            f"Dropped: “{dropped.words}” of {dropped.exercise}, whose exercise or hidden tests "
            f"changed. Its hint was: {dropped.hint}",
            console,
        )
