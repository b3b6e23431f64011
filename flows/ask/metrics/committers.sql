-- title: Commits by author
-- asks: who commit most; author commit; who commit
-- may: who most commit author count send get list
-- takes: period repo topic
-- reads: repos
-- over: commits
-- list: {name} ({address}) · {commits:commit}
-- answer: {name} ({address}), with {commits:commit}{scope}{period}
-- empty: No commit{scope}{period}
SELECT address, any_value(name ORDER BY at_ DESC, key) AS name, count(*) AS commits, 'sql' AS view_, '' AS key
FROM found GROUP BY address ORDER BY commits DESC, address LIMIT 20
