"""What the ledger looks like in the warehouse: every table and column with its DuckDB type and its meaning.

`answers` (the cache of model answers) is not published: it holds text that no view explains.
"""

_T, _I, _TS = "VARCHAR", "BIGINT", "TIMESTAMPTZ"

TABLES: dict[str, tuple[str, dict[str, tuple[str, str]]]] = {
    "sources": (
        "The connections of this home and how their last reads went.",
        {
            "name": (_T, "Name of the connection."),
            "kind": (_T, "Kind of connection: ics, mbox, maildir, eml, docs, git, todo, vcard."),
            "family": (_T, "calendar, mail, docs, repos, tasks or people."),
            "account": (_T, "Label of the account that it belongs to."),
            "settings": ("JSON", "Its settings without secrets."),
            "connected_at": (_TS, "When it was connected."),
            "state": (_T, "never, ok, backfilling, failed or needs_reauth, as last written."),
            "last_attempt_at": (_TS, "When it was last tried."),
            "last_success_at": (_TS, "When it was last read to its end."),
            "rows": (_I, "Rows of this source after the last successful read."),
            "rows_in": (_I, "Rows that the last successful read brought."),
            "rows_changed": (_I, "Of these, rows that were new or different."),
            "rows_deleted": (_I, "Rows that the last successful read deleted."),
            "rejects": (_I, "Records of this source that are in quarantine."),
            "fingerprint": (_T, "Digest of the source's state when it was last read."),
            "error": (_T, "What failed, where the last attempt failed."),
            "mend": (_T, "The next step that would mend it."),
            "grant_until": (_TS, "When the leave to read it ends; null where no end is known."),
        },
    ),
    "calls": (
        "Every call of a model, without prompt or answer.",
        {
            "id": (_I, "Number of the call."),
            "called_at": (_TS, "When it was made."),
            "run": (_T, "The run that made it."),
            "purpose": (_T, "What it was for: the name of a capability."),
            "model": (_T, "The model's name as sent."),
            "prompt_hash": (_T, "Digest of the prompt: equal prompts have equal digests."),
            "tokens_in": (_I, "Tokens of the prompt, as the server counted them."),
            "tokens_out": (_I, "Tokens of the answer, as the server counted them."),
            "tokens_cached": (_I, "Tokens of the prompt that the server had cached."),
            "cost_usd": ("DOUBLE", "Cost in US dollars; null where the price is not known."),
            "latency_ms": (_I, "Milliseconds from request to answer."),
            "outcome": (_T, "pending, ok, repaired, invalid, failed, or cached (answered from the cache)."),
            "error": (_T, "What failed, without private text."),
        },
    ),
    "outputs": (
        "Every document that Steward made.",
        {
            "run": (_T, "The run that made it; `steward why` takes it."),
            "capability": (_T, "What made it: brief, …"),
            "subject": (_T, "What it is about: the day of a brief."),
            "made_at": (_TS, "When it was made."),
            "version": (_T, "Digest of what it says."),
            "path": (_T, "Where its archived files stand, below the home's outputs folder."),
            "dry": ("BOOLEAN", "Whether it was a dry run, made to look at and never delivered."),
        },
    ),
    "deliveries": (
        "Every sending of an output to one target.",
        {
            "id": (_I, "Number of the delivery."),
            "run": (_T, "The run whose output it is (ledger_outputs.run)."),
            "channel": (_T, "artifact, file, slack, …"),
            "target": (_T, "Where to: a channel's id, a folder."),
            "state": (
                _T,
                "pending, sent, failed (certainly not out), unknown (may be out) or replaced (by a newer one).",
            ),
            "ref": (_T, "The provider's name for what was sent."),
            "attempts": (_I, "How often it was claimed."),
            "claimed_at": (_TS, "When it was last claimed."),
            "settled_at": (_TS, "When its state became known."),
            "error": (_T, "What failed, where it failed."),
            "begun_at": (_TS, "When the first of the attempts was made that may have got through."),
        },
    ),
    "shown": (
        "Which items were told to the owner, and when: nothing is told twice unchanged.",
        {
            "capability": (_T, "What told it."),
            "item_key": (_T, "Key of the item: a view and a row's key."),
            "digest": (_T, "Digest of what was told about it."),
            "shown_at": (_TS, "When."),
            "run": (_T, "The run that told it."),
        },
    ),
    "slots": (
        "The scheduled moments and how each ended.",
        {
            "name": (_T, "Name of the schedule: sync, brief, …"),
            "slot": (_TS, "The moment it was due."),
            "claimed_by": (_T, "The run that served it."),
            "claimed_at": (_TS, "When that run claimed it."),
            "outcome": (_T, "done, caught_up, superseded, skipped or failed; null while it runs."),
            "reason": (_T, "Why it was not simply done."),
            "finished_at": (_TS, "When it ended."),
        },
    ),
    "reads": (
        "What other tools (MCP clients) asked for.",
        {
            "id": (_I, "Number of the request."),
            "read_at": (_TS, "When."),
            "client": (_T, "Name that the tool gave itself."),
            "tool": (_T, "Which of Steward's tools it used."),
            "request": (_T, "The query or the purpose, never the answer."),
            "tier": (_T, "The most private tier it could see."),
            "rows": (_I, "How many rows it was given."),
            "outcome": (_T, "ok or refused."),
        },
    ),
    "verdicts": (
        "What the owner said is right; a verdict holds until it is removed.",
        {
            "id": (_I, "Number of the verdict; `steward verdicts remove` takes it."),
            "capability": (_T, "Whose statement it corrects."),
            "scope": (_T, "Of what it holds: item, thread, sender, domain or all."),
            "about": (_T, "The row's key, thread's id, address or domain."),
            "verdict": (_T, "What is right, in the capability's words."),
            "said": (_T, "The owner's own words."),
            "given_at": (_TS, "When."),
            "run": (_T, "The run whose statement was wrong (ledger_outputs.run)."),
            "fact": (_T, "The fact of that run that was wrong."),
            "removed_at": (_TS, "When the owner took it back; null while it stands."),
        },
    ),
}
