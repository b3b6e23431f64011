-- title: My working hours
-- asks: working hours; working
-- may: working hours count
-- present: yes
-- reads: context
-- list: {day} · {starts}–{ends}
-- answer: {total:length} a week on {days:day}, the first from {starts} to {ends}
-- empty: No working hours stand in your profile
SELECT ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'][weekday] AS day, starts::VARCHAR AS starts, ends::VARCHAR AS ends,
       sum(minutes) OVER ()::BIGINT AS total, count(DISTINCT weekday) OVER () AS days, 'context_working_hours' AS view_, weekday::VARCHAR AS key
FROM context_working_hours ORDER BY weekday, starts LIMIT 50
