"""How many tokens a text is: counted by tiktoken where it and its data are on this machine, estimated otherwise.

Nothing is ever downloaded for it: tiktoken fetches its table at first use, so it is asked only when the table lies in
its cache, whole. The estimate is meant to be high rather than low; how far is measured in the tests.
"""

import hashlib
import importlib.util
import os
import re
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

ENCODING = "o200k_base"
# From tiktoken's own table of encodings (tiktoken_ext/openai_public.py): where it gets the file, and its digest.
_TABLE = f"https://openaipublic.blob.core.windows.net/encodings/{ENCODING}.tiktoken"
_DIGEST = "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d"
# Pieces as byte-pair tokenizers cut them first: words, numbers of up to three digits, runs of signs, runs of blanks.
_PIECES = re.compile(r"[^\W\d_]+|\s?\d{1,3}|_+|[^\w\s]+|\s+")


@dataclass(frozen=True)
class Counter:
    """A way to count. `estimated` says that the figure is no tokenizer's."""

    name: str
    estimated: bool
    count: Callable[[str], int]


@cache
def counter() -> Counter:
    """Return the best counter that this machine has."""
    if importlib.util.find_spec("tiktoken") is not None and _at_hand():
        import tiktoken  # type: ignore[import-not-found,unused-ignore]

        encoding = tiktoken.get_encoding(ENCODING)
        return Counter(f"tiktoken {ENCODING}", False, lambda text: len(encoding.encode_ordinary(text)))
    return Counter("estimate", True, estimate)


def estimate(text: str) -> int:
    """Return about how many tokens a text is for a current byte-pair tokenizer, rather too many than too few."""
    return sum(_cost(piece) for piece in _PIECES.findall(text))


def _cost(piece: str) -> int:
    if piece.isspace():  # one blank is part of the word after it
        return 1 if "\n" in piece or len(piece) > 1 else 0
    if piece[-1].isdigit():  # but not of a number
        return len(piece) - len(piece.lstrip()) + (1 if piece.isascii() else len(piece.strip()))
    if not piece[0].isalpha():
        return -(-len(piece.encode()) // 2)
    if piece.isascii():
        # Common words are one token, rare and mixed-case ones a token for every three or four letters.
        humps = sum(a.islower() and b.isupper() for a, b in pairwise(piece))
        return humps + (1 if len(piece) <= 6 else -(-len(piece) // 4))
    return max(1, -(-len(piece.encode()) // 3))


def _at_hand() -> bool:
    folder = os.environ.get("TIKTOKEN_CACHE_DIR") or os.environ.get("DATA_GYM_CACHE_DIR")
    cached = Path(folder or Path(tempfile.gettempdir()) / "data-gym-cache")
    path = cached / hashlib.sha1(_TABLE.encode(), usedforsecurity=False).hexdigest()
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest() == _DIGEST
    except OSError:
        return False
