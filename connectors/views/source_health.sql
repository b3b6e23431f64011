-- source_health: One row per connection: how its last reads went, as of the publication (`steward sources` says it live).
-- source: Name of the connection; `source` of every other view.
-- family: calendar, mail, docs, repos, tasks or people.
-- kind: ics, mbox, maildir, eml, docs, git, todo, vcard …
-- account: Label of the account that it belongs to.
-- state: ok, stale (last read more than 2 hours before), failed, never (not read yet), needs_reauth or backfilling.
-- last_attempt_at: When it was last tried.
-- last_success_at: When it was last read to its end.
-- rows: Rows of this source that stand in the warehouse.
-- rows_in: Rows that the last successful read brought.
-- rows_changed: Of these, rows that were new or different.
-- rows_deleted: Rows that the last successful read deleted.
-- rejects: Records of this source that are in quarantine (view rejects).
-- error: What failed, where the last attempt failed.
-- mend: The next step that would mend it.
-- grant_until: When the leave to read it ends; null where no end is known.
-- as_of: The moment for which all this is said.
SELECT
    s.name AS source,
    s.family,
    s.kind,
    s.account,
    CASE
        WHEN s.state = 'ok' AND p.as_of - s.last_success_at > INTERVAL 2 HOURS THEN 'stale'
        ELSE s.state
    END AS state,
    s.last_attempt_at,
    s.last_success_at,
    s.rows,
    s.rows_in,
    s.rows_changed,
    s.rows_deleted,
    s.rejects,
    s.error,
    s.mend,
    s.grant_until,
    p.as_of
FROM ledger_sources AS s, publication AS p
