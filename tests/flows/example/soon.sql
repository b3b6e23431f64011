-- Contacts whose birthday falls within the next seven days, the nearest first; a card without a year counts, too.
WITH days AS (
  SELECT unnest(generate_series($day, $day + INTERVAL 7 DAY, INTERVAL 1 DAY))::DATE AS day
)
SELECT c.contact_key, c.name, d.day AS birthday, date_diff('day', $day, d.day) AS days_left
FROM contacts AS c JOIN days AS d ON strftime(d.day, '%m-%d') = right(c.birthday, 5)
ORDER BY d.day, c.name
