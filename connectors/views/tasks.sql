-- tasks: One row per task: a to-do of a calendar, one of a task list (Google), or a check box of a Markdown file.
-- task_key: Key of the task within its source; `source` and `task_key` name a row.
-- source: Connection that it was read from.
-- account: Account of that connection.
-- list: The list that it stands in: its name, or that of a calendar or file.
-- title: What is to be done.
-- notes: Further text.
-- status: open, done or cancelled.
-- due_at: When it is due, where a time is given; else null.
-- due_date: The day it is due, as written; null where it has none.
-- completed_at: When it was done.
-- created_at: When it was made.
-- updated_at: When it was last changed.
-- priority: 1 (highest) to 9; null where none is given.
-- line: Line of the file, counted from 1; null where it stands in none.
-- labels: JSON array of labels.
SELECT
    key AS task_key,
    source,
    account,
    list,
    title,
    notes,
    status,
    due_at,
    due_date,
    completed_at,
    created_at,
    updated_at,
    priority,
    line,
    labels
FROM raw.tasks
