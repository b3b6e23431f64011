-- title: Hours in meetings
-- asks: hours meeting; spend meeting; hours spend meet; spend hours
-- may: hours meeting spend count meet
-- takes: period person company project topic account
-- reads: calendar
-- over: meetings
-- order: at_, key
-- line: {at_:when} · “{title}” · {minutes:length}
-- answer: {minutes:length} in {meetings:meeting}{scope}{period}
-- empty: No meeting{scope}{period}
-- Time that two meetings share counts once: each adds what those before it had not reached.
SELECT count(*) AS meetings, (coalesce(sum(greatest(0, date_diff('second', greatest(begins, coalesce(before, begins)), finishes))), 0) // 60)::BIGINT AS minutes
FROM (SELECT begins, finishes, max(finishes) OVER (ORDER BY begins, finishes, key ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before FROM found)
