-- title: My goals
-- asks: goal
-- may: goal count list next due working open
-- present: yes
-- reads: context
-- list: “{statement}” · weight {weight} · {due:due}
-- answer: {n:goal}, the weightiest: “{statement}”
-- empty: No goal stands in your profile
SELECT statement, weight, due, 'context_goals' AS view_, goal_id AS key
FROM context_goals WHERE status = 'active' ORDER BY weight DESC NULLS LAST, goal_id LIMIT 50
