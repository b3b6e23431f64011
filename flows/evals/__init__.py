"""Measuring capabilities on labelled data: which have an `evaluate`, what they score, and a page that shows it."""
