-- Documents that changed since the owner was last told, newest first.
SELECT d.document_key, d.source, d.title, d.path, d.author, d.modified_at
FROM documents AS d
WHERE d.modified_at > $since AND d.modified_at <= $as_of
ORDER BY d.modified_at DESC, d.document_key
LIMIT 500
