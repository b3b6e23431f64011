-- title: What a word means
-- asks: mean; nothing
-- may: mean working project
-- takes: term
-- needs: term
-- reads: context
-- list: {term} · {means}
-- answer: {term}: {means}
-- empty: That word is not in your glossary
SELECT term, means, 'context_glossary' AS view_, term AS key FROM context_glossary WHERE term = $term LIMIT 1
