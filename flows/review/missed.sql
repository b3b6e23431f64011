-- Scheduled moments of the week that were not served, by schedule.
SELECT s.name, s.outcome, count(*) AS slots
FROM ledger_slots AS s
WHERE s.slot >= $begins AND s.slot < $until AND s.outcome IN ('skipped', 'failed')
  AND coalesce(s.reason, '') NOT LIKE '%first time%'
GROUP BY s.name, s.outcome
ORDER BY slots DESC, s.name, s.outcome
LIMIT 20
