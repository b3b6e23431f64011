"""Keeping an answered question as a metric of the owner's: a SQL file with a head, in STEWARD_HOME/metrics."""

from pathlib import Path

from context.errors import InputError
from context.home import Home
from flows.ask import metric
from flows.facts import SQL
from flows.output import Output


def save(home: Home, name: str, output: Output) -> Path:
    """Keep the metric that answered `output` under a name. Raises InputError where no query answered it."""
    fact = next((fact for fact in output.facts if fact.view == SQL), None)
    if fact is None:
        raise InputError("no query answered that question, so there is nothing to keep", "save one that was answered")
    asked = " ".join(output.title.split())
    known = metric.shipped().get(str(fact.values.get("metric", "")))
    head = f"-- title: {asked}\n-- question: {asked}\n"
    return metric.save(home, name, head + (_body(known.name) if known else f"{fact.key}\n"))


def _body(name: str) -> str:
    """Return a shipped metric without its title and its questions: its parameters stay, so "last week" stays so."""
    lines = (metric.SHIPPED / f"{name}.sql").read_text("utf-8").splitlines()
    return "\n".join(line for line in lines if not line.startswith(("-- title:", "-- asks:", "-- may:"))) + "\n"
