"""`steward eval`: the figures are what stands in `figures.json`, a fall is seen, and the page is whole and harmless."""

import json
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from context.errors import InputError
from context.home import Home
from flows.evals import measure, page
from flows.scores import Bar, Pair, Scores

FIGURES = Path(__file__).parents[1] / "evals" / "figures.json"
MEND = "if that is right, run `steward eval --json > tests/evals/figures.json` and read its diff"


@pytest.mark.row("T12")
@pytest.mark.parametrize("name", measure.capabilities())
def test_the_figures_are_those_on_record_and_reach_their_bars(demo: Home, name: str) -> None:
    [scores] = measure.measure(demo, [name])
    assert len(scores.pairs) > 10
    assert [bar for bar in scores.bars if not bar.reached] == []
    found = json.loads(json.dumps(measure.figures(scores)))
    assert found == json.loads(FIGURES.read_text("utf-8"))[name], MEND


def test_every_figure_on_record_is_of_a_capability_that_is_measured() -> None:
    assert sorted(json.loads(FIGURES.read_text("utf-8"))) == measure.capabilities()


def made(*pairs: tuple[str | None, str | None], bars: tuple[Bar, ...] = ()) -> Scores:
    return Scores(
        "x", tuple(Pair(str(n), true, said, f"<b>text {n}</b>") for n, (true, said) in enumerate(pairs)), bars
    )


def test_precision_recall_and_confusion_are_counted() -> None:
    scores = made(("a", "a"), ("a", "b"), ("b", "b"), (None, "a"), ("a", None))
    assert scores.precision("a") == 0.5
    assert scores.recall("a") == pytest.approx(1 / 3)
    assert (scores.precision("b"), scores.recall("b")) == (0.5, 1.0)
    assert scores.precision("never said") == 1.0
    assert scores.confusion()["a", "b"] == 1
    assert len(scores.mistakes()) == 3


def test_a_figure_that_falls_is_named() -> None:
    before = {"x": measure.figures(made(("a", "a"), ("a", "a"), bars=(Bar("recall(a)", 1.0, 0.9),)))}
    after = {"x": measure.figures(made(("a", "a"), ("a", None), bars=(Bar("recall(a)", 0.5, 0.9),)))}
    assert measure.lower(before, after) == [
        "x: recall(a) fell from 1.0 to 0.5",
        "x: recall(a) fell from 1.0 to 0.5",
    ]
    assert measure.lower(after, before) == []
    assert measure.lower(before, before) == []


def test_an_unknown_capability_is_named_with_those_that_can_be_measured(home: Home) -> None:
    with pytest.raises(InputError, match="nobody has no labels") as refused:
        list(measure.measure(home, ["nobody"]))
    assert "brief" in refused.value.mend


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.seen.append(tag)


def test_the_page_shows_all_and_lets_no_text_become_markup() -> None:
    text = page.render([made(("a", "a"), ("a", "<script>"), (None, "a"), bars=(Bar("recall(a)", 0.5, 0.9),))])
    tags = Tags()
    tags.feed(text)
    assert {"svg", "table", "details"} <= set(tags.seen)
    assert {"script", "b", "img", "link", "a"} & set(tags.seen) == set()
    assert "text 1" in text
    assert "0.500" in text
