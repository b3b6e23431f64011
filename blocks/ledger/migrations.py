"""What the ledger's tables are, as steps: a step is never edited once released, only followed by another.

Times are fixed-width UTC text (see `store.stamp`); what each column means is said in `tables.py`.
"""

MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        """CREATE TABLE sources (
            name TEXT PRIMARY KEY, kind TEXT NOT NULL, family TEXT NOT NULL, account TEXT NOT NULL,
            settings TEXT NOT NULL, connected_at TEXT NOT NULL, state TEXT NOT NULL DEFAULT 'never',
            last_attempt_at TEXT, last_success_at TEXT, rows INTEGER, rows_in INTEGER, rows_changed INTEGER,
            rows_deleted INTEGER, rejects INTEGER, fingerprint TEXT, error TEXT, mend TEXT) STRICT""",
        """CREATE TABLE calls (
            id INTEGER PRIMARY KEY, called_at TEXT NOT NULL, run TEXT NOT NULL, purpose TEXT NOT NULL,
            model TEXT NOT NULL, prompt_hash TEXT NOT NULL, tokens_in INTEGER, tokens_out INTEGER,
            tokens_cached INTEGER, cost_usd REAL, latency_ms INTEGER, outcome TEXT NOT NULL, error TEXT) STRICT""",
        "CREATE INDEX calls_called_at ON calls (called_at)",
        "CREATE TABLE answers (key TEXT PRIMARY KEY, answer TEXT NOT NULL, cached_at TEXT NOT NULL) STRICT",
        """CREATE TABLE outputs (
            run TEXT PRIMARY KEY, capability TEXT NOT NULL, subject TEXT NOT NULL, made_at TEXT NOT NULL,
            version TEXT NOT NULL, path TEXT NOT NULL, dry INTEGER NOT NULL) STRICT""",
        "CREATE INDEX outputs_capability ON outputs (capability, subject, made_at)",
        """CREATE TABLE deliveries (
            id INTEGER PRIMARY KEY, run TEXT NOT NULL, channel TEXT NOT NULL, target TEXT NOT NULL,
            state TEXT NOT NULL, ref TEXT, attempts INTEGER NOT NULL DEFAULT 1, claimed_at TEXT NOT NULL,
            settled_at TEXT, error TEXT, UNIQUE (run, channel, target)) STRICT""",
        """CREATE TABLE shown (
            capability TEXT NOT NULL, item_key TEXT NOT NULL, digest TEXT NOT NULL, shown_at TEXT NOT NULL,
            run TEXT NOT NULL, PRIMARY KEY (capability, item_key, shown_at, run)) STRICT, WITHOUT ROWID""",
        """CREATE TABLE slots (
            name TEXT NOT NULL, slot TEXT NOT NULL, claimed_by TEXT, claimed_at TEXT, outcome TEXT,
            reason TEXT, finished_at TEXT, PRIMARY KEY (name, slot)) STRICT, WITHOUT ROWID""",
        """CREATE TABLE reads (
            id INTEGER PRIMARY KEY, read_at TEXT NOT NULL, client TEXT NOT NULL, tool TEXT NOT NULL,
            request TEXT NOT NULL, tier TEXT NOT NULL, rows INTEGER, outcome TEXT NOT NULL) STRICT""",
    ),
    ("ALTER TABLE sources ADD COLUMN grant_until TEXT",),
    (
        """CREATE TABLE verdicts (
            id INTEGER PRIMARY KEY, capability TEXT NOT NULL, scope TEXT NOT NULL, about TEXT NOT NULL,
            verdict TEXT NOT NULL, said TEXT NOT NULL, given_at TEXT NOT NULL, run TEXT, fact TEXT,
            removed_at TEXT) STRICT""",
        "CREATE INDEX verdicts_capability ON verdicts (capability, given_at)",
    ),
    ("ALTER TABLE deliveries ADD COLUMN begun_at TEXT",),
)
