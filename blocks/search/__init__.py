"""Search over everything that was loaded, by words, fields and meaning. A cache: it can be made again at any time.

`Index(home).update(con)` after a load (or a `Feed`, for the first and largest), `Index(home).search("words")` at any
time, also while an update runs; `Index(home).understand(seconds)` for some more of what is found by its meaning.
"""

from blocks.search.feed import Feed
from blocks.search.index import Index
from blocks.search.results import Found, Hit
from blocks.search.searching import Order

__all__ = ["Feed", "Found", "Hit", "Index", "Order"]
