"""Preparations of small worlds: meetings with people in them, made and read."""

import json
from typing import Any

from flows import capability
from flows.output import Output
from flows.prep import compose
from flows.shape import Ask
from tests.flows.world import World, at

BO, CY = ("Bo Lind", "bo@client.example"), ("Cy Okafor", "cy@fern.example")
NEW = ("Dot Marsh", "dot@new.example")


def guests(*people: tuple[str, str], **given: str) -> str:
    return json.dumps([{"name": name, "address": address, "partstat": "accepted", **given} for name, address in people])


def meet(world: World, title: str, begins: str, ends: str, *people: tuple[str, str], **given: Any) -> str:
    """Put a meeting with `people` on the calendar; return its UID."""
    world.event(title, begins, ends, len(people), **({"attendees": guests(*people)} | given))
    return str(world.rows["event_instances"][-1]["uid"])


def series(world: World, title: str, uid: str, *begins: str, **given: Any) -> None:
    """Put the days of a series on the calendar, each an hour long, with Bo."""
    for moment in begins:
        end = f"{moment[:11]}{int(moment[11:13]) + 1:02d}{moment[13:]}"
        meet(world, title, moment, end, BO, uid=uid, is_recurring=True, **given)


def change(world: World, uid: str, **given: Any) -> None:
    """Change an event as its calendar would."""
    row = next(row for row in world.rows["event_instances"] if row["uid"] == uid)
    for name, value in given.items():
        row[name] = at(value) if name in ("starts_at", "ends_at") else value
    if "starts_at" in given:
        row["instance_key"] = f"{row['event_key']}@{row['starts_at']:%Y%m%dT%H%M%SZ}"


def prep(world: World, about: str | None = None, **ask: Any) -> Output:
    return capability.run(world.home, compose, Ask(about=about, **ask)).output


def said(output: Output, section: str) -> list[str]:
    return [line.text for each in output.sections if each.title == section for line in each.lines]


def everything(output: Output) -> str:
    return "\n".join([output.title, *(line.text for section in output.sections for line in section.lines)])
