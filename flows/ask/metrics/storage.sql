-- title: What each source holds
-- asks: storage source; storage; longest source; count source
-- may: spend storage source longest most count hours mail
-- present: yes
-- reads: ledger
-- list: {source} · {family} · {held} rows
-- answer: {source} ({family}) holds most, with {held} of {total} rows in {sources:source}
-- empty: No source is connected
SELECT source, family, coalesce(rows, 0) AS held, sum(coalesce(rows, 0)) OVER ()::BIGINT AS total, count(*) OVER () AS sources,
       'source_health' AS view_, source AS key
FROM source_health ORDER BY held DESC, source LIMIT 200
