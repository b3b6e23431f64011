"""The scores as one HTML page that needs nothing else: bars, precision and recall, confusion, and what went wrong."""

from collections.abc import Sequence
from html import escape

from flows.render.clean import plain
from flows.scores import Pair, Scores

STYLE = """body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem;color:#1c2430}
h2{margin-top:2.5rem}table{border-collapse:collapse;margin:1rem 0}td,th{padding:.3rem .6rem;text-align:right;
border-bottom:1px solid #e3e7ee}th:first-child,td:first-child{text-align:left}.bad{color:#b3261e}.good{color:#1b7f4b}
.cell{min-width:2.5rem}small{color:#5c6675}svg text{font:12px system-ui,sans-serif}"""
MOST = 60  # mistakes shown for a capability
NOTHING = "(nothing)"


def render(scores: Sequence[Scores]) -> str:
    """Return the page. Every text in it is escaped and cleaned; it loads nothing."""
    parts = [
        "<!doctype html><html lang=en><meta charset=utf-8><title>Steward: figures</title>"
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f"<style>{STYLE}</style><h1>How right the capabilities are</h1>"
        "<p>Measured on the fictional quarter, whose labels no rule was made from.</p>"
    ]
    for each in scores:
        parts.append(f"<h2>{_text(each.capability)}</h2>{_summary(each)}{_bars(each)}{_plot(each)}{_confusion(each)}")
        parts.append(_mistakes(each.mistakes()))
    return "".join(parts) + "</html>\n"


def _text(value: str | None) -> str:
    return escape(plain(NOTHING if value is None else value, limit=300))


def _summary(scores: Scores) -> str:
    cost = "unknown" if scores.cost_usd is None else f"{scores.cost_usd:.4f} USD"
    notes = "".join(f"<br>{_text(note)}" for note in scores.notes)
    wrong = len(scores.mistakes())
    return f"<p>{len(scores.pairs)} judged, {wrong} wrong; {scores.tokens} tokens, {cost}<small>{notes}</small></p>"


def _bars(scores: Scores) -> str:
    if not scores.bars:
        return ""
    rows = "".join(
        f"<tr><td>{_text(bar.name)}</td><td class={'good' if bar.reached else 'bad'}>{bar.figure:.3f}</td>"
        f"<td>{bar.least:.2f}</td></tr>"
        for bar in scores.bars
    )
    return f"<table><tr><th>bar</th><th>figure</th><th>at least</th></tr>{rows}</table>"


def _labels(scores: Scores) -> list[str | None]:
    found = {label for pair in scores.pairs for label in (pair.expected, pair.given)}
    named = sorted(label for label in found if label is not None)
    return [*named, None] if None in found else list(named)


def _plot(scores: Scores) -> str:
    """Precision and recall of each label as a pair of horizontal bars."""
    labels = [label for label in _labels(scores) if label is not None]
    if len(labels) > 24:
        return ""
    rows, height = [], 34
    for number, label in enumerate(labels):
        top = number * height
        rows.append(f'<text x="130" y="{top + 18}" text-anchor="end">{_text(label)}</text>')
        for offset, colour, value in ((2, "#3066be", scores.precision(label)), (15, "#e08e45", scores.recall(label))):
            rows.append(f'<rect x="140" y="{top + offset}" width="{round(300 * value)}" height="11" fill="{colour}"/>')
            rows.append(f'<text x="{146 + round(300 * value)}" y="{top + offset + 10}">{value:.2f}</text>')
    legend = f'<text x="140" y="{len(labels) * height + 16}">blue: precision, orange: recall</text>'
    size = f'width="520" height="{len(labels) * height + 26}"'
    return f'<svg {size} role="img" aria-label="precision and recall">{"".join(rows)}{legend}</svg>'


def _confusion(scores: Scores) -> str:
    """The matrix: a row for what is true, a column for what was said; the darker, the more."""
    labels, counts = _labels(scores), scores.confusion()
    if len(labels) > 24 or not counts:
        return ""
    most = max(counts.values())
    head = "".join(f"<th>{_text(label)}</th>" for label in labels)
    rows = []
    for true in labels:
        cells = []
        for said in labels:
            count = counts.get((true, said), 0)
            colour = "48,102,190" if true == said else "179,38,30"
            shade = 0.0 if not count else 0.12 + 0.6 * count / most
            cells.append(f'<td class=cell style="background:rgba({colour},{shade:.2f})">{count or ""}</td>')
        rows.append(f"<tr><td>{_text(true)}</td>{''.join(cells)}</tr>")
    return f"<table><tr><th>true ↓ said →</th>{head}</tr>{''.join(rows)}</table>"


def _mistakes(pairs: Sequence[Pair]) -> str:
    if not pairs:
        return ""
    rows = "".join(
        f"<tr><td>{_text(pair.text or pair.key)}</td><td>{_text(pair.expected)}</td><td>{_text(pair.given)}</td></tr>"
        for pair in pairs[:MOST]
    )
    more = f"<p>+{len(pairs) - MOST} more</p>" if len(pairs) > MOST else ""
    head = "<tr><th>what</th><th>true</th><th>said</th></tr>"
    return f"<details><summary>What went wrong</summary><table>{head}{rows}</table>{more}</details>"
