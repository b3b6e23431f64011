-- How far back the calendar was loaded: where occurrences begin.
SELECT min(i.starts_at) AS begins, count(*) AS instances FROM event_instances AS i
