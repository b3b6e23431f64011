-- Documents changed in the 60 days before, newest first: which of them a meeting is about is found in Python.
SELECT d.document_key, d.title, d.path, d.modified_at
FROM documents AS d
WHERE d.modified_at <= $as_of AND d.modified_at > $as_of - INTERVAL 60 DAY
ORDER BY d.modified_at DESC, d.document_key
LIMIT 3000
