"""The everyday threads: the templates of `story/routine.txt`, played as often as each says, on days that dice chose."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from connectors.demo.script import Thread, parse, staged
from connectors.demo.world import STORY, Dice, days, workday

FIRST_DAY, LAST_DAY = date(2026, 1, 5), date(2026, 3, 4)  # then the owner packs, and flies
AFTER = days(date(2026, 3, 16), date(2026, 3, 18))  # back home: short threads only, all done before the present
SHORT = 4  # working days


@dataclass(frozen=True)
class Template:
    name: str
    terms: dict[str, str]
    text: str

    def choices(self, variable: str) -> list[str]:
        return re.sub(r"[«»]", "", self.terms[variable]).split(",")


def templates() -> list[Template]:
    """Return the templates in the order of the file."""
    found = []
    blocks = re.split(r"^@@@ ", (STORY / "routine.txt").read_text("utf-8"), flags=re.MULTILINE)[1:]
    for block in blocks:
        head, _, text = block.partition("\n")
        name, *terms = head.split(" | ")
        found.append(Template(name, {key: value for key, _, value in (t.partition("=") for t in terms)}, text))
    return found


def spread(times: int, template: Template) -> list[date]:
    """Return the days on which a template is played, in order."""
    dice = Dice("routine", template.name, "days")
    first = date.fromisoformat(template.terms.get("from", FIRST_DAY.isoformat()))
    if "weekly" in template.terms:
        return [date(2026, 1, 9) + timedelta(weeks=week) for week in range(times)]
    longest = max(map(int, re.findall(r"^--- \+(\d+)", template.text, re.MULTILINE)))
    after = AFTER if longest <= SHORT else []
    span = [day for day in [*days(first, LAST_DAY), *after] if "any" in template.terms or day == workday(day)]
    step = len(span) / times
    return [span[min(int(step * (turn + 0.9 * dice.below(100) / 100)), len(span) - 1)] for turn in range(times)]


@cache
def played() -> tuple[Thread, ...]:
    """Return every thread that the templates make."""
    threads: list[Thread] = []
    for template in templates():
        topics = Dice("routine", template.name, "topics").shuffled(template.choices("x"))
        for turn, day in enumerate(spread(int(template.terms["times"]), template)):
            dice = Dice("routine", template.name, turn)
            cast = {"A": dice.pick(template.choices("A")), "x": topics[turn % len(topics)]}
            text = staged(template.text, f"{template.name}-{turn + 1}", day, cast, dice)
            if account := template.terms.get("account"):
                text = re.sub(r"^(=== .*)$", rf"\1 | {account}", text, count=1, flags=re.MULTILINE)
            threads += parse(text)
    return tuple(threads)
