"""Handle: the base of every block, a typed way to reach something outside."""

from typing import Any, Self, cast

from prefect.blocks.core import Block


class Handle(Block):
    """How to reach one thing outside, and its few verbs. What flows through it belongs to other layers."""

    _is_anonymous = False

    @classmethod
    def get(cls, name: str) -> Self:
        """Return the saved block of this kind called `name`.

        `Block.load` is typed as a value or a coroutine; here, outside any event loop, it is always the value.
        Raises ValueError where there is none.
        """
        return cast(Self, cast(Any, cls).load(name))
