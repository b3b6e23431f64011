"""Full-text search over everything that was loaded. A cache: it can be made again from the loader's file at any time.

`Index(home).update(con)` after a load (or a `Feed`, for the first and largest), `Index(home).search("words")` at any
time, also while an update runs.
"""

from blocks.search.feed import Feed
from blocks.search.index import Index
from blocks.search.results import Found, Hit
from blocks.search.searching import Order

__all__ = ["Feed", "Found", "Hit", "Index", "Order"]
