"""What to-do lists fill, whether they are VTODOs of a calendar or check boxes in Markdown."""

from connectors.shape import Table

TASKS = Table(
    "tasks",
    "Tasks: VTODOs of calendars and check boxes of Markdown files.",
    {
        "list": ("text", "The list that it stands in: a calendar's or a file's name."),
        "title": ("text", "What is to be done."),
        "notes": ("text", "Further text."),
        "status": ("text", "open, done or cancelled."),
        "due_at": ("timestamp", "When it is due, UTC, where a time is given."),
        "due_date": ("date", "The day it is due."),
        "completed_at": ("timestamp", "When it was done, UTC."),
        "created_at": ("timestamp", "When it was made."),
        "updated_at": ("timestamp", "When it was last changed."),
        "priority": ("bigint", "1 (highest) to 9; null where none is given (RFC 5545, 3.8.1.9)."),
        "line": ("bigint", "Line of the file, counted from 1."),
        "labels": ("json", "List of labels."),
    },
    history=("title", "status", "due_at", "due_date"),
)

TABLES = (TASKS,)
