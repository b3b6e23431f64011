-- title: My projects
-- asks: project
-- may: project count list open working
-- present: yes
-- reads: context
-- list: {name} · next: {next_step}
-- answer: {n:active project}: {name} first
-- empty: No project stands in your profile
SELECT name, coalesce(next_step, 'not said') AS next_step, 'context_projects' AS view_, project_id AS key
FROM context_projects WHERE status = 'active' ORDER BY project_id LIMIT 50
