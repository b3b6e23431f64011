-- title: What the model cost
-- asks: model cost|spend|count; cost
-- may: model cost spend count get last
-- takes: period
-- reads: ledger
-- answer: ${usd} in {calls:call} with {tokens:token}{period}
-- empty: No call of a model{period}
SELECT count(*) AS calls, round(coalesce(sum(cost_usd), 0), 4) AS usd, coalesce(sum(tokens_in + tokens_out), 0)::BIGINT AS tokens
FROM ledger_calls WHERE called_at >= $first AND called_at < $until AND called_at <= $as_of AND outcome <> 'pending'
