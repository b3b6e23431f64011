"""The one door to a model: typed answers, caps, cache, cost."""
