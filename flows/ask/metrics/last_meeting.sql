-- title: The last meeting
-- asks: last meeting|meet; when meet
-- may: last when meeting meet
-- takes: person company project topic account
-- reads: calendar
-- over: meetings
-- list: {at_:when} · “{title}”
-- answer: {at_:when}: “{title}”, {minutes:length}{scope}
-- empty: No meeting until now{scope}
SELECT *, 'event_instances' AS view_ FROM found WHERE at_ <= $as_of ORDER BY at_ DESC, key LIMIT 5
