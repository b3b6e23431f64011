"""What can go wrong with a model, as errors that the owner can act on.

No message holds text of a prompt or an answer.
"""

from context.errors import RefusedError, StewardError


class ModelError(StewardError):
    """The model gave no usable answer. Whoever asked goes on without one."""

    exit_code = 5
    word = "failed"  # how the ledger calls this end of a call
    charged = False  # whether the provider may have served and charged the request all the same


class UnreachableError(ModelError):
    """Nothing answered at the address, or the connection broke off."""

    word = "unreachable"


class TimedOutError(ModelError):
    """The server took the request and did not answer in time; it may have been served and charged."""

    word = "timeout"


class DeniedError(ModelError):
    """The server refused key, model or request (HTTP 400, 401, 403, 404, 422)."""

    word = "denied"


class BusyError(ModelError):
    """The server was busy or failing (HTTP 408, 409, 429, 5xx) until the tries ran out."""

    word = "busy"


class TruncatedError(ModelError):
    """The answer was cut off at the ceiling of tokens."""

    word = "truncated"


class FilteredError(ModelError):
    """The provider's content filter took the answer away."""

    word = "filtered"


class DeclinedError(ModelError):
    """The model declined to answer (`refusal`)."""

    word = "declined"


class InvalidError(ModelError):
    """The answer does not fit the schema, also after the repair."""

    word = "invalid"


class CapError(RefusedError):
    """A cap on money would be passed by this call; it was not made."""
