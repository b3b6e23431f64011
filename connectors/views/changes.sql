-- changes: What rows were before they changed or went: meetings moved, mail relabelled, tasks closed. Only ever added to.
-- change_key: Key of this entry.
-- source: Name of the connection.
-- account: Label of the account.
-- file: The file or feed that the row stands in.
-- table_name: The view or raw table of the row: events, messages, tasks …
-- row_key: The row's own key there (event_key, message_key, task_key …).
-- changed_at: When the sync that saw the change ran.
-- change: updated or deleted.
-- before: The kept columns as they were, as a JSON object.
SELECT key AS change_key, source, account, file, table_name, row_key, changed_at, change, before
FROM raw.changes
