-- What the model cost in the week. Calls whose price is not known are counted apart.
SELECT count(*) AS calls, coalesce(sum(c.cost_usd), 0)::DOUBLE AS usd, coalesce(sum(c.tokens_in + c.tokens_out), 0)::BIGINT AS tokens,
       count(*) FILTER (WHERE c.cost_usd IS NULL) AS unpriced
FROM ledger_calls AS c
WHERE c.called_at >= $begins AND c.called_at < $until AND c.outcome <> 'cached'
