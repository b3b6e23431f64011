-- title: The longest meeting
-- asks: longest meeting
-- may: longest meeting get hours
-- takes: period person company project topic account
-- reads: calendar
-- over: meetings
-- list: {at_:when} · “{title}” · {minutes:length}
-- answer: “{title}”, {at_:when}: {minutes:length}{scope}{period}
-- empty: No meeting{scope}{period}
SELECT *, 'event_instances' AS view_ FROM found ORDER BY minutes DESC, at_, key LIMIT 5
