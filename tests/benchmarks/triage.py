"""How long sorting takes: `python tests/benchmarks/triage.py [MAILS]` labels MAILS (10,000) unread mails by the rules.

Prints CPU seconds for an ordinary inbox (seven of ten from machines and lists) and for one of people only, each mail of
1,500 characters. Rows are in memory: what is measured is the judgement, not the reading.
"""

import random
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from flows.common.labels import label
from flows.common.sorting import mail
from tests.flows.judging import ANA, row

PARTS = (
    "could you please look at the attached plan and tell me what you think about it?",
    "We had a long meeting about the budget and I am not sure that everybody agreed on the numbers.",
    "Der Termin am Freitag passt mir leider nicht, können wir ihn verschieben?",
    "The report is in the folder. It has twelve pages. The numbers are on the last one.",
    "Merci beaucoup pour votre message, nous avons bien reçu les documents.",
    "> a line of an earlier mail that is quoted here",
)
SUBJECTS = (
    "The plan",
    "Re: Numbers for March",
    "Your invoice 2231",
    "[fern/kestrel] Fix rounding",
    "This week in logistics",
)
KINDS: dict[str, dict[str, Any]] = {
    "machine": {"automated": True, "stranger": True, "from_address": "no-reply@shop.example"},
    "list": {"list_id": "talk.lists.example", "stranger": True},
    "person": {},
    "stranger": {"stranger": True, "from_address": "who@cold.example"},
}
INBOXES = {
    "an ordinary inbox": ("machine",) * 5 + ("list",) * 2 + ("person",) * 2 + ("stranger",),
    "people only": ("person",) * 3 + ("stranger",),
}


def body(dice: random.Random) -> str:
    text = "Hi Ana,\n\n"
    while len(text) < 1500:
        text += f"{dice.choice(PARTS)}\n\n"
    return f"{text}Kind regards\nBo"


def main() -> int:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    for name, kinds in INBOXES.items():
        dice = random.Random(7)
        rows = [row(body(dice), subject=dice.choice(SUBJECTS), **KINDS[dice.choice(kinds)]) for _ in range(count)]
        began = time.process_time()
        judged = [label(mail(each, ANA)) for each in rows]
        spent = time.process_time() - began
        open_ones = sum(each.open for each in judged)
        print(
            f"{name:<20} {count:,} mails  {spent:.2f} s CPU  {spent / count * 1e6:.0f} µs each  {open_ones:,} left open"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
