"""The figures of every capability that has labels: `flows/<capability>/evaluate.py`, over the fictional quarter."""

import pkgutil
from collections.abc import Iterable, Iterator
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import flows
from context.errors import InputError
from context.home import Home
from flows.scores import Evaluate, Scores

if TYPE_CHECKING:
    from blocks.model.endpoint import Endpoint


def capabilities() -> list[str]:
    """Return the capabilities that can be measured, in the order of their names."""
    return [
        found.name
        for found in pkgutil.iter_modules(flows.__path__)
        if found.ispkg and find_spec(f"flows.{found.name}.evaluate") is not None
    ]


def chosen(names: Iterable[str]) -> list[str]:
    """Return the capabilities to measure: those named, or all. Raises InputError for one that cannot be."""
    known, wanted = capabilities(), list(names)
    if unknown := [name for name in wanted if name not in known]:
        raise InputError(f"{unknown[0]} has no labels to be measured on", f"choose one of {', '.join(known)}")
    return wanted or known


def measure(home: Home, names: Iterable[str] = (), endpoint: "Endpoint | None" = None) -> Iterator[Scores]:
    """Yield the scores of the capabilities (of all, where none is named) over a loaded demo home.

    With `endpoint`, what a capability leaves to a model is asked of it. Raises InputError for an unknown name.
    """
    for name in chosen(names):
        evaluate: Evaluate = import_module(f"flows.{name}.evaluate").evaluate
        yield evaluate(home, endpoint)


def figures(scores: Scores) -> dict[str, Any]:
    """Return what was measured as JSON can hold it, rounded so that the same result is the same text."""
    labels = sorted({label for pair in scores.pairs for label in (pair.expected, pair.given) if label is not None})
    return {
        "judged": len(scores.pairs),
        "mistakes": len(scores.mistakes()),
        "labels": {
            label: {
                "labelled": sum(pair.expected == label for pair in scores.pairs),
                "precision": round(scores.precision(label), 3),
                "recall": round(scores.recall(label), 3),
            }
            for label in labels
        },
        "bars": {bar.name: {"figure": round(bar.figure, 3), "least": bar.least} for bar in scores.bars},
        "tokens": scores.tokens,
        "cost_usd": None if scores.cost_usd is None else round(scores.cost_usd, 4),
        "notes": list(scores.notes),
    }


def lower(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """Return a line for each figure that is lower than it was; both are what `figures` gives, by capability."""
    found = []
    for name, was in sorted(before.items()):
        now = after.get(name)
        if now is None:
            continue
        for label, figure in was["labels"].items():
            for kind in ("precision", "recall"):
                new = now["labels"].get(label, {}).get(kind, 0.0)
                if new < figure[kind]:
                    found.append(f"{name}: {kind}({label}) fell from {figure[kind]} to {new}")
        for bar, figure in was["bars"].items():
            new = now["bars"].get(bar, {}).get("figure", 0.0)
            if new < figure["figure"]:
                found.append(f"{name}: {bar} fell from {figure['figure']} to {new}")
    return found
