"""Commitments, both directions: who owes what to whom by when, and what has become of it.

`found` reads mails and opens commitments; `settled` closes them by evidence; `told` does both for a view.
"""

from flows.common.promises.model import Commitment, Evidence, State
from flows.common.promises.opening import found, unclear
from flows.common.promises.settling import settled

__all__ = ["Commitment", "Evidence", "State", "found", "settled", "unclear"]
