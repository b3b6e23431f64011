"""Asking a model for choices while a capability composes: one thing at a time, a closed schema, no tools.

What the model may say is decided by the schema (labels, ids that it was given, dates, a quotation that must stand in
the text) and checked by code; whatever does not pass counts as no answer, and the capability goes on without.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

from pydantic import BaseModel

from blocks.ledger import Ledger
from blocks.model.door import KEPT, Asker, Caps
from blocks.model.endpoint import Endpoint
from blocks.model.failures import ModelError
from blocks.model.prompt import Prompt
from context.errors import RefusedError
from context.home import Home
from context.profile import Profile
from context.windows import bounds

T = TypeVar("T", bound=BaseModel)
DAY_USD, RUN_USD = 1.00, 0.10  # caps where the owner set none


@dataclass
class Consult:
    """One run's questions. After the first refusal (a cap, no server) no more is asked: `why` says what happened."""

    asker: Asker
    why: str = ""
    asked: int = 0
    unanswered: int = 0
    model: str = field(init=False)

    def __post_init__(self) -> None:
        self.model = self.asker.endpoint.model

    @classmethod
    def of(cls, home: Home, ledger: Ledger, endpoint: Endpoint, capability: str, caps: Caps) -> "Consult":
        """Return the way to ask; its calls bear a passing name until `settle` knows the run."""
        return cls(Asker(endpoint, ledger, f"composing-{secrets.token_hex(4)}", capability, caps, home.now))

    def choose(self, schema: type[T], prompt: Prompt, check: Callable[[T], list[str]] | None = None) -> T | None:
        """Return the model's answer as `schema`, or None: it gave none that passes `check`, or may not be asked.

        Never raises for the model's sake.
        """
        if self.why:
            return None
        self.asked += 1
        try:
            answer = self.asker.answer(schema, prompt, check)
        except RefusedError as error:
            self.why, self.unanswered = error.what, self.unanswered + 1
            return None
        except ModelError as error:
            self.unanswered += 1
            if error.word not in KEPT:  # nobody answered: the next question would only wait as long
                self.why = error.what
            return None
        if answer.faults:
            self.unanswered += 1
            return None
        return answer.value

    def settle(self, run: str) -> tuple[str, ...]:
        """Give the calls to the run that they were made for; return what the owner should know of them."""
        self.asker.ledger.calls.adopt(self.asker.run, run)
        notes = [f"the model was not asked further: {self.why}"] if self.why else []
        lost = f"{self.unanswered} of {self.asked} questions to the model brought no usable answer"
        return (*notes, *([lost] if self.unanswered and not self.why else []))


def caps(profile: Profile, capability: str, zone: ZoneInfo, began: datetime, now: datetime) -> Caps:
    """Return what a run that began at `began` may spend: the owner's budgets, or the defaults."""
    day, run = profile.policies.budget("day"), profile.policies.budget(capability)
    dawn = bounds(now.astimezone(zone).date(), zone)[0]
    limit = RUN_USD if run is None else run
    return Caps(DAY_USD if day is None else day, dawn.astimezone(UTC), limit, began, limit)
