"""SQL that a model writes."""

from context.home import Home
from flows.ask.answer import Reply
from flows.ask.follow import Before
from flows.ask.question import Question
from flows.shape import View


def reply(view: View, home: Home, asked: Question, before: Before | None) -> Reply | None:
    """Return the answer of a SELECT written by a model; None where none is configured or usable."""
    return None
