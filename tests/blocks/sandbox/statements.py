"""Attacks of our own beside the given ones, and honest queries that must run. Names: see conftest.py."""

_STOLEN = "(SELECT max(token) FROM raw.tokens)"
_TEXT = """
SELECT {}
SELECT id FROM messages WHERE subject = {}
SELECT count(*) FROM messages GROUP BY {}
SELECT count(*) FROM messages HAVING max(subject) > {}
SELECT id FROM messages ORDER BY {} LIMIT 1
SELECT id FROM messages LIMIT length({})
SELECT id FROM messages OFFSET length({})
SELECT id FROM messages QUALIFY row_number() OVER (ORDER BY {}) = 1
SELECT sum(id) OVER (PARTITION BY {}) FROM messages LIMIT 1
SELECT sum(id) OVER w FROM messages WINDOW w AS (ORDER BY {}) LIMIT 1
SELECT sum(id) FILTER (WHERE subject < {}) FROM messages
SELECT string_agg(subject, ',' ORDER BY {}) FROM messages
SELECT DISTINCT ON ({}) id FROM messages
SELECT CASE WHEN true THEN {} END
SELECT [x FOR x IN [1] IF {} = 'a']
SELECT list_transform([1], x -> {})
SELECT {{'a': {}}}
SELECT MAP {{'a': {}}}
SELECT {}::INTEGER
SELECT subject BETWEEN {} AND 'z' FROM messages LIMIT 1
SELECT subject COLLATE nocase = {} FROM messages LIMIT 1
SELECT * FROM (VALUES ({})) AS v
SELECT * FROM unnest([{}])
SELECT * FROM range(length({}))
SELECT * FROM messages m, LATERAL (SELECT {}) x LIMIT 1
SELECT * FROM messages m JOIN messages n ON m.subject = {} LIMIT 1
SELECT * REPLACE ({} AS subject) FROM messages LIMIT 1
WITH a AS (SELECT {}) FROM a
WITH RECURSIVE a(n) AS (SELECT {} UNION ALL SELECT n FROM a WHERE false) FROM a
SELECT 1 UNION ALL SELECT {}
SELECT * FROM (PIVOT (SELECT {} AS k, 1 AS v) ON k IN ('a') USING sum(v))
SELECT * FROM (SELECT {} AS a, 'b' AS b) UNPIVOT (v FOR n IN (a, b))
SELECT 1 FROM messages GROUP BY ROLLUP ({}, id)
SELECT TRY({})
"""
PLACES = [line for line in _TEXT.splitlines() if line]
_OTHER = """
TABLE raw.tokens
FROM raw.tokens
SELECT (FROM raw.tokens)
SELECT 1 WHERE EXISTS (FROM raw.tokens)
SELECT 1 WHERE 'a' IN (SELECT token FROM raw.tokens)
SELECT 1 WHERE 'a' = ANY (SELECT token FROM raw.tokens)
SELECT ARRAY(SELECT token FROM raw.tokens)
SELECT * FROM messages POSITIONAL JOIN raw.tokens
SELECT * FROM messages ASOF JOIN raw.tokens t ON subject >= t.name
SELECT * FROM messages NATURAL JOIN raw.tokens
SELECT * FROM raw . tokens
SELECT * FROM "raw"."tokens"
SELECT * FROM "raw.tokens"
SELECT * FROM "warehouse-1".raw.tokens
SELECT * FROM "warehouse-1".main.messages
SELECT * FROM temp.main.x
SELECT * FROM system.main.duckdb_tables
SELECT * FROM information_schema.tables
SELECT * FROM pg_catalog.pg_tables
SELECT * FROM pg_tables
SELECT * FROM sqlite_master
SELECT * FROM duckdb_settings()
SELECT * FROM main.duckdb_settings
SELECT * FROM main."{WORK}/secret.csv"
SELECT * FROM "{WORK}/secret.csv"
SELECT * FROM '{WORK}/secret.parquet'
SELECT * FROM messages AT (VERSION => 1)
SELECT * FROM (DESCRIBE raw.tokens)
SELECT * FROM (SHOW TABLES)
SHOW ALL TABLES
DESCRIBE messages
SUMMARIZE messages
SELECT json_serialize_plan('SELECT * FROM read_text(''/etc/passwd'')')
SELECT json_deserialize_sql(json_serialize_sql('SELECT token FROM raw.tokens'))
SELECT current_setting('home_directory')
SELECT pg_get_viewdef(1)
SELECT pg_sleep(100)
SELECT current_query()
SELECT error('x')
SELECT setseed(0.5)
SELECT nextval('raw.s')
SELECT 'raw.tokens'::REGCLASS
SELECT * FROM read_csv_auto('{WORK}/secret.csv')
SELECT * FROM read_json_objects('{WORK}/secret.csv')
SELECT * FROM parquet_scan('{WORK}/secret.parquet')
SELECT * FROM sniff_csv('{WORK}/secret.csv')
SELECT * FROM seq_scan('raw', 'tokens')
SELECT * FROM query_table('raw.tokens')
SELECT * FROM query_table(['raw.tokens'])
SELECT * FROM query('FROM raw.tokens')
SELECT * FROM json_execute_serialized_sql(json_serialize_sql('FROM raw.tokens'))
SELECT * FROM summary((SELECT 1))
SELECT * FROM test_all_types()
SELECT * FROM checkpoint()
SELECT * FROM force_checkpoint()
SELECT * FROM enable_logging('QueryLog')
SELECT * FROM pragma_storage_info('raw.tokens')
SELECT * FROM duckdb_functions()
SELECT * FROM histogram('raw.tokens', token)
SELECT * FROM duckdb_logs_parsed('x')
SELECT * FROM glob('{HOME}/*')
SELECT content FROM read_text('{HOME}/.netrc')
SELECT content FROM read_blob('{HOME}/.netrc')
WITH RECURSIVE "{WORK}/secret.csv" AS (FROM "{WORK}/secret.csv" UNION ALL SELECT 'x') FROM "{WORK}/secret.csv"
WITH a AS (SELECT * FROM b), b AS (SELECT 1) SELECT * FROM a
SELECT * FROM (WITH x AS (SELECT 1) SELECT * FROM x), x
WITH x AS (SELECT 1 AS n) SELECT * FROM (SELECT 1) WHERE 1 IN (WITH y AS (FROM x) SELECT n FROM y) AND 1 IN (FROM y)
SELECT * FROM messages m, messages.raw.tokens
SELECT (messages).tokens.raw FROM raw.tokens messages
SELECT read_text('/etc/passwd')
SELECT main.read_text('/etc/passwd')
SELECT system.main.getvariable('x')
SELECT subject.getvariable() FROM messages
SELECT list_aggregate([1], 'no_such_aggregate')
CREATE MACRO lower(x) AS (SELECT token FROM raw.tokens)
CREATE TEMP MACRO f() AS TABLE FROM raw.tokens
CREATE TYPE mood AS ENUM (SELECT token FROM raw.tokens)
PIVOT messages ON sender
PIVOT messages ON sender USING count(*)
SELECT * FROM messages FOR UPDATE
SELECT 1 INTO x
WITH x AS (DELETE FROM messages RETURNING *) FROM x
UPDATE messages SET subject = ''
DELETE FROM messages
TRUNCATE messages
COMMENT ON TABLE messages IS 'x'
EXPLAIN SELECT 1
EXPLAIN ANALYZE SELECT token FROM raw.tokens
ANALYZE
VACUUM
BEGIN
COMMIT
ROLLBACK
USE raw
EXPORT DATABASE '{WORK}/out'
IMPORT DATABASE '{WORK}'
CALL pragma_version()
EXECUTE p
DEALLOCATE p
PREPARE p AS SELECT 1
RESET ALL
SELECT $1
SELECT ?
SELECT DEFAULT
.shell id
SELECT 1; SELECT 2
;
COPY raw.tokens TO '/dev/stdout'
COPY (FROM raw.tokens) TO '{WORK}/out.parquet' (FORMAT parquet)
SELECT 1\u0000FROM raw.tokens
"""

STEALING = [line.format(_STOLEN) for line in PLACES]  # one for each place of an expression
ATTACKS = [
    *(line for line in _OTHER.splitlines() if line),
    "",
    "-- nothing but a comment",
    "SELECT '" + "x" * 20_001 + "'",
    "SELECT " + "[" * 3000 + "]" * 3000,
    "SELECT " + "NOT " * 4000 + "true",
    "SELECT " + "CASE WHEN true THEN " * 900 + "1" + " END" * 900,
]

GLUTTONS = [
    "SELECT * FROM unnest(generate_series(1, 1000000000)) ORDER BY 1 DESC",
    "SELECT list(range) FROM range(1000000000)",
    "SELECT md5(string_agg(body, '')) FROM messages, range(100000)",
    "SELECT count(*) FROM messages a, messages b, messages c WHERE a.body || b.body || c.body LIKE '%zz%'",
    "WITH RECURSIVE r(n, s) AS (SELECT 1, 'x' UNION ALL SELECT n + 1, s || s FROM r) SELECT max(length(s)) FROM r",
    "SELECT array_agg(x) FROM (SELECT repeat('y', 1000000) AS x FROM range(100000))",
    "SELECT " + ", ".join(f"repeat('x', 100000000) AS c{number}" for number in range(50)),
    "SELECT json_group_array(json_object('a', body, 'b', body)) FROM messages, range(1000)",
    "SELECT histogram(body || range) FROM messages, range(10000)",
    "SELECT levenshtein(repeat('ab', 200000), repeat('ba', 200000))",
]

HONEST = """
SELECT 1
SELECT 1;
SELECT count(*) FROM messages
FROM recent SELECT sender, ts LIMIT 5
SELECT * FROM MAIN.Messages LIMIT 3
TABLE recent
SELECT sender, count(*) AS n FROM messages GROUP BY ALL ORDER BY n DESC, sender
SELECT date_trunc('day', ts) AS d, count(*) OVER (PARTITION BY sender) FROM messages LIMIT 3
SELECT sender, ts, ts - lag(ts) OVER (PARTITION BY sender ORDER BY ts) AS gap FROM messages LIMIT 10
SELECT ts AT TIME ZONE 'Europe/Berlin' AS berlin, timezone('Asia/Tokyo', ts) FROM messages LIMIT 2
SELECT extract(hour FROM ts AT TIME ZONE 'America/New_York') AS h, count(*) FROM messages GROUP BY h ORDER BY h
SELECT strftime(ts, '%Y-%m-%d %H:%M'), dayname(ts), isodow(ts), week(ts) FROM messages LIMIT 1
SELECT now() - INTERVAL 7 DAYS < ts, current_date, today(), age(now(), ts) FROM messages LIMIT 1
SELECT extra->>'n', extra->'$.n', json_extract(extra, '$.n')::INTEGER, json_type(extra) FROM messages LIMIT 1
SELECT key, value FROM messages, json_each(extra) LIMIT 3
SELECT label, count(*) FROM messages, unnest(labels) AS u (label) GROUP BY label
SELECT list_filter(labels, x -> x <> 'inbox'), [upper(x) FOR x IN labels IF x LIKE 'l%'], labels[1] FROM recent
SELECT array_to_string(list_sort(list_distinct(labels)), ', '), len(labels), list_contains(labels, 'l1') FROM recent
WITH busy AS (SELECT sender, count(*) AS n FROM messages GROUP BY sender) SELECT * FROM busy WHERE n > 10
WITH a AS (SELECT 1 AS n), b AS (SELECT n + 1 AS n FROM a) SELECT * FROM a UNION ALL SELECT * FROM b
WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < 10) SELECT sum(n) FROM r
WITH messages AS (SELECT 1 AS one) SELECT * FROM messages
SELECT * FROM (WITH x AS (SELECT 1) SELECT * FROM x)
SELECT * FROM (PIVOT messages ON sender IN ('p1@example.com', 'p2@example.com') USING count(*))
PIVOT messages ON (id % 2) IN (0, 1) USING count(*) GROUP BY sender
SELECT * FROM (SELECT 1 AS a, 2 AS b) UNPIVOT (v FOR n IN (a, b))
SELECT a.id FROM messages a JOIN messages b USING (id) LEFT JOIN recent r ON r.id = a.id WHERE a.id < 5
SELECT m.id, x.n FROM recent m, LATERAL (SELECT count(*) AS n FROM messages o WHERE o.sender = m.sender) x LIMIT 3
SELECT a.id, b.id FROM recent a ASOF JOIN messages b ON a.ts >= b.ts LIMIT 3
SELECT id FROM messages WHERE subject ILIKE '%19%' AND sender SIMILAR TO 'p[0-3].*' AND body NOT LIKE 'x%' LIMIT 5
SELECT regexp_extract(sender, '@(.*)$', 1) AS domain, count(*) FROM messages GROUP BY domain
SELECT CASE WHEN id % 2 = 0 THEN 'even' ELSE 'odd' END AS p, avg(id), quantile_cont(id, 0.9) FROM messages GROUP BY 1
SELECT sender, string_agg(subject, '; ' ORDER BY ts DESC) FILTER (WHERE id < 20) FROM messages GROUP BY ALL
SELECT * EXCLUDE (body) REPLACE (upper(subject) AS subject) FROM messages LIMIT 2
SELECT COLUMNS('s.*') FROM messages LIMIT 1
SELECT DISTINCT ON (sender) sender, subject FROM messages ORDER BY sender, ts DESC
SELECT * FROM messages QUALIFY row_number() OVER (PARTITION BY sender ORDER BY ts DESC) = 1
SELECT sender, grouping(sender), count(*) FROM messages GROUP BY ROLLUP (sender)
SELECT * FROM messages USING SAMPLE 5
SELECT * FROM messages TABLESAMPLE reservoir(5)
VALUES (1, 'a'), (2, 'b')
SELECT {'a': 1, 'b': [1, 2]}, MAP {'k': 1}, ROW(1, 2), [1, 2, 3][1:2], 'abc'[2]
SELECT 1::DECIMAL(9, 2), TRY_CAST('x' AS INTEGER), '2026-03-01'::DATE, 'f'::BOOLEAN, NULL::VARCHAR[], 'a'::BLOB
SELECT coalesce(NULL, 1), nullif(1, 1), greatest(1, 2), 7 // 2, 7 % 2, 2 ** 3, -1, NOT true, 1 IS DISTINCT FROM 2
SELECT trim(both 'x' FROM 'xax'), position('a' IN 'ba'), substring('abc' FROM 2), 'a' || 'b', 'abc' ^@ 'a'
SELECT time_bucket(INTERVAL 1 HOUR, ts) AS hour, count(*) FROM messages GROUP BY hour ORDER BY hour LIMIT 5
SELECT * FROM generate_series(DATE '2026-03-01', DATE '2026-03-05', INTERVAL 1 DAY)
SELECT * FROM messages WHERE ts BETWEEN '2026-03-01' AND '2026-03-02' AND id IN (SELECT id FROM recent) OR id IN (1, 2)
SELECT EXISTS (FROM recent), (SELECT max(id) FROM recent), 1 = ANY (SELECT id FROM recent), ARRAY(SELECT id FROM recent)
(SELECT 1 AS a) UNION BY NAME (SELECT 2 AS b) EXCEPT SELECT 5, 6
SELECT $$ ; DROP TABLE messages; $$
SELECT count(*) FROM messages WHERE subject = '''); DROP TABLE messages; --'
SELECT sum(id) OVER (ORDER BY ts ROWS BETWEEN 2 PRECEDING AND CURRENT ROW), ntile(4) OVER (ORDER BY id) FROM recent
SELECT epoch(ts), date_diff('day', DATE '2026-01-01', ts::DATE), to_timestamp(0), last_day(ts::DATE) FROM recent
""".strip().splitlines()
