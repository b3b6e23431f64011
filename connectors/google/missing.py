"""What Google told of and did not give: it is asked for again, and costs its neighbours nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from connectors.web import PassingError

IN_A_ROW = 3  # failures one after the other: then it is not the thing, but the server or the network
PATIENCE = 5  # syncs in which the server fails to give a thing, after which it is set aside


@dataclass
class Missing:
    """Id → in how many syncs it was not got: as of `before`, and `now`.

    What is not there is asked for once more; what the server fails to give, some times more. Set `row` to 0 whenever
    something was got.
    """

    before: Mapping[str, int]
    now: dict[str, int] = field(default_factory=dict)
    row: int = 0

    def add(self, id: str, error: PassingError | None) -> bool:
        """Note what was not there, or failed; return whether to set it aside. Raises the error where all fails."""
        times = self.before.get(id, 0) + 1
        if error is not None:
            self.row += 1
            if self.row >= IN_A_ROW:
                raise error
        if times < (2 if error is None else PATIENCE):
            self.now[id] = times
            return False
        return error is not None
