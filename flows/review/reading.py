"""What a review reads: the week's rows and those of the weeks before it, each once."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from flows.facts import Row
from flows.review import hours
from flows.review.week import Week
from flows.shape import View

BEFORE = 4  # weeks that a week is measured against


@dataclass
class Read:
    """A week's rows as they were known at `seen`: its end, or the moment where it still goes on."""

    view: View
    week: Week
    seen: datetime

    def rows(self, name: str, chosen: Week | None = None) -> list[Row]:
        """Return the rows of an SQL file for a week (the review's own, by default)."""
        return self.view.rows(name, **self.given(chosen))

    def statement(self, name: str, chosen: Week | None = None) -> str:
        return self.view.statement(name, **self.given(chosen))

    def given(self, chosen: Week | None = None) -> dict[str, object]:
        one = chosen or self.week
        return {"begins": one.begins, "until": min(one.ends, self.seen), "seen": self.seen}

    @cached_property
    def readable(self) -> bool:
        """Whether the calendar can be read at all, and reaches back to this week."""
        return self.view.health["calendar"].state not in ("absent", "never", "failed") and self.reaches(self.week)

    def reaches(self, chosen: Week) -> bool:
        """Whether occurrences of a week were loaded: the calendar is expanded some months back."""
        begins = self.view.rows("reach")[0]["begins"]
        return begins is not None and begins < chosen.ends

    @cached_property
    def time(self) -> hours.Week:
        return hours.spent(self.rows("week"), self.view.profile) if self.readable else hours.Week()

    @cached_property
    def earlier(self) -> list[hours.Week]:
        """Return the weeks before that were loaded whole, the newest first."""
        weeks = [self.week.before(number) for number in range(1, BEFORE + 1)]
        whole = [one for one in weeks if self.reaches(one.before(1))]
        return [hours.spent(self.rows("week", one), self.view.profile) for one in whole] if self.readable else []
