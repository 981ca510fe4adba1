"""What pictures say to those who do not see them, and where the numbers of one come from."""

import json
import re
from html.parser import HTMLParser

import matplotlib.pyplot as plt
import nbformat
import numpy as np
import pytest
from contents import ASSIGNMENTS, assignment_names
from nbconvert import HTMLExporter

from autograder.notebook.safe_html import clean
from solutions.convnet import control

ALT = 'Two bars, "tied" & untied: < is not > here.'


@pytest.fixture
def output(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """What a picture's cell puts out."""
    import drawing

    shown: list[dict[str, str]] = []
    monkeypatch.setattr(drawing, "display", lambda data, raw: shown.append(data))
    drawing.show_figure(plt.figure(), ALT)
    return shown[0]


def alternatives(page: str) -> list[str | None]:
    """Return what the pictures of a page say, as a screen reader reads it."""
    found = []
    parser = HTMLParser()
    parser.handle_starttag = lambda tag, names: (  # type: ignore[method-assign]
        found.append(dict(names).get("alt")) if tag == "img" else None
    )
    parser.feed(page)
    return found


def test_the_words_of_a_picture_arrive_on_an_exported_page(output: dict[str, str]) -> None:
    cell = nbformat.v4.new_code_cell(
        outputs=[nbformat.v4.new_output("display_data", data=output)], execution_count=1
    )
    page, _ = HTMLExporter().from_notebook_node(nbformat.v4.new_notebook(cells=[cell]))
    assert alternatives(page) == [ALT]


def test_the_words_of_a_picture_arrive_in_feedback(output: dict[str, str]) -> None:
    kept = clean(output["text/html"])
    assert kept.startswith('<img src="data:image/png;base64,')
    assert alternatives(kept) == [ALT]


def test_hints_open_in_feedback_as_well() -> None:
    hint = "<details><summary>Stuck? A nudge</summary><p>What remains?</p></details>"
    assert clean(hint) == hint


@pytest.mark.parametrize("name", assignment_names())
def test_a_picture_of_the_window_stands_before_it(name: str) -> None:
    cells = nbformat.read(ASSIGNMENTS / name / f"{name}.ipynb", as_version=4).cells
    windows = [c for c in cells if re.fullmatch(r'show\("\w+_window"\)', c.source)]
    assert len(windows) == (0 if name == "convnet" else 1)
    for window in windows:
        before = cells[cells.index(window) - 1]
        words, file = re.search(r"!\[(.+?)\]\(attachment:(\w+\.png)\)", before.source).groups()
        assert len(words) >= 100
        assert file in before.attachments


CONTROL = json.loads((ASSIGNMENTS / "convnet" / "control.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("kind", ["tied", "untied"])
def test_the_control_starts_as_its_code_does(kind: str) -> None:
    images, labels, *judge = control.digits_anywhere()
    measured = CONTROL[kind]
    curves = control.run(kind, measured["learning rate"], 0, (images, labels), tuple(judge), 1)
    stored = measured["runs"]["0"]
    assert curves["loss"][0] == pytest.approx(stored["loss"][0], abs=0.01)
    assert curves["test"][0] == pytest.approx(stored["test"][0], abs=0.02)
    assert sum(v.size for v in control.initial(kind, 0).values()) == measured["parameters"]


@pytest.mark.parametrize("kind", ["tied", "untied"])
def test_both_of_the_control_had_a_choice_of_learning_rates(kind: str) -> None:
    """The best one is none at the end of those that were tried."""
    tried = CONTROL[kind]["held back, by learning rate"]
    rates = sorted(tried, key=float)
    best = max(tried, key=tried.get)
    assert float(best) == CONTROL[kind]["learning rate"]
    assert rates.index(best) not in (0, len(rates) - 1)


def test_untied_weights_that_are_equal_give_the_scores_of_tied_ones() -> None:
    tied = control.initial("tied", 3)
    untied = {
        name: np.broadcast_to(value, control.initial("untied", 3)[name].shape)
        for name, value in tied.items()
    }
    images = np.random.default_rng(4).normal(size=(3, 12, 12, 1))
    scores = control.convnet_scores(tied, images)
    assert np.allclose(control.untied_scores(untied, images), scores)


@pytest.mark.parametrize(
    ("guess", "says"),
    [
        ({"dense": None, "local": None, "conv": None}, "Compare your guesses with"),
        (None, "Compare your guesses with"),
        ({"dense": 66, "local": None, "conv": 92}, "in percent: dense 66, conv 92. Compare"),
        (92, "in percent: 92. Compare"),
        (0, "in percent: 0. Compare"),
        ("all alike", "in percent: all alike. Compare"),
        ([66, 53, 92], "in percent: [66, 53, 92]. Compare"),
    ],
)
def test_whatever_was_guessed_is_shown(
    guess: object, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    import later_pictures

    later_pictures.guessed(guess)
    assert says in capsys.readouterr().out
