-- From when, and until when, each family of sources was loaded.
SELECT 'mail' AS family, min(sent_at) AS first_at, max(sent_at) AS last_at FROM messages WHERE sent_at > TIMESTAMPTZ '1990-01-01'
UNION ALL SELECT 'calendar', min(starts_at), max(starts_at) FROM event_instances
UNION ALL SELECT 'repos', min(committed_at), max(committed_at) FROM commits
