-- title: My limits
-- asks: limit
-- may: limit count list hours working
-- present: yes
-- reads: context
-- list: “{rule}” · {schedule}
-- answer: {n:limit}: “{rule}” first
-- empty: No limit stands in your profile
SELECT rule, coalesce(schedule, 'always') AS schedule, 'context_constraints' AS view_, constraint_id AS key
FROM context_constraints ORDER BY hard DESC, constraint_id LIMIT 50
