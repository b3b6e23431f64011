-- What else a question may name: accounts, repositories, and words of the owner's glossary.
SELECT DISTINCT 'account' AS kind, account AS name, account AS value FROM source_health WHERE NOT contains(account, '@')
UNION ALL
SELECT DISTINCT 'repo', repo, repo FROM commits
UNION ALL
SELECT 'term', term, term FROM context_glossary
ORDER BY kind, name
LIMIT 1000
