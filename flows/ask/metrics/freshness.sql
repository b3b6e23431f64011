-- title: How fresh each source is
-- asks: fresh source|mail|meeting|document|task|agenda; when fresh; fresh; last fresh
-- may: fresh source when last mail meeting document task agenda list
-- present: yes
-- reads: ledger
-- list: {source} · {family} · {state} · read {last_success_at:when}
-- answer: {source} was read longest ago, {last_success_at:when}; {unwell} of {sources:source} not well
-- empty: No source is connected
SELECT source, family, state, last_success_at, count(*) FILTER (WHERE state <> 'ok') OVER () AS unwell, count(*) OVER () AS sources,
       'source_health' AS view_, source AS key
FROM source_health ORDER BY last_success_at NULLS FIRST, source LIMIT 200
