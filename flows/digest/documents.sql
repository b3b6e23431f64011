-- Documents that changed in the days before the moment, newest first, with so much of their text as is looked through.
SELECT d.document_key, d.source, d.title, d.path, d.author, d.modified_at, d.words, left(d.text, 40000) AS text
FROM documents AS d
WHERE d.modified_at > $as_of - to_days($days) AND d.modified_at <= $as_of
ORDER BY d.modified_at DESC, d.document_key
LIMIT 500
