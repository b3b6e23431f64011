-- title: How many commits
-- asks: commit
-- may: count commit last repo get send list
-- takes: period person repo topic
-- reads: repos
-- over: commits
-- line: {at_:when} · {repo} · {name} · “{title}”
-- answer: {commits:commit}{scope}{period}
-- empty: No commit{scope}{period}
SELECT count(*) AS commits FROM found
