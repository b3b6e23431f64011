-- Documents that were last changed in a period, by project or topic.
SELECT d.document_key AS key, d.source, d.title, d.path, d.kind, d.author, d.modified_at AS at_, d.size, d.words
FROM documents AS d
WHERE d.modified_at >= $first AND d.modified_at < $until AND d.modified_at <= $as_of
-- if topic
  AND regexp_matches(lower(strip_accents(coalesce(d.title, '') || ' ' || d.path)), $topic)
-- end
