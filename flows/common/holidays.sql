-- All-day events of calendars that are lists of public holidays, as calendar programs offer them.
SELECT i.start_date, i.end_date
FROM event_instances AS i
WHERE i.all_day AND NOT i.cancelled AND i.start_date >= $day - INTERVAL 120 DAY AND i.start_date <= $day + INTERVAL 400 DAY
  AND regexp_matches(lower(coalesce(i.calendar, '')), 'holidays|feiertage|jours fériés|festivos')
ORDER BY i.start_date, i.instance_key
LIMIT 500
