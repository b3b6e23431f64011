"""Theft in random dress: nested, renamed and damaged queries never bring back what was planted."""

import random

import pytest

from blocks.sandbox import Sandbox
from context.errors import InputError, RefusedError
from tests.blocks.sandbox.conftest import MARKER, Ground
from tests.blocks.sandbox.statements import PLACES

pytestmark = pytest.mark.row("T9")
COUNT = 1_000
PAYLOADS = """
(SELECT max(token) FROM raw.tokens)
(FROM raw.tokens SELECT token)
(SELECT t.token FROM raw.tokens t)
(SELECT max(token) FROM tokens)
(SELECT max(token) FROM x)
(SELECT note FROM mine.notes)
(SELECT content FROM read_text('{WORK}/secret.txt'))
(SELECT token FROM '{WORK}/secret.csv')
(SELECT max(token) FROM "{WORK}/secret.parquet")
(SELECT max(token) FROM query('FROM raw.tokens'))
(SELECT max(token) FROM query_table('raw.tokens'))
(SELECT max(subject) FROM messages)
""".strip().splitlines()
DRESSES = """
WITH tokens AS (SELECT 'a' AS token) {}
WITH x AS (SELECT 'a' AS token), y AS ({}) FROM y
SELECT * FROM ({}) q
({}) UNION ALL SELECT 'z'
SELECT * FROM (WITH tokens AS (SELECT 'b' AS token) FROM tokens), ({}) r
WITH RECURSIVE tokens AS ({} UNION ALL SELECT 'q' FROM tokens WHERE false) FROM tokens
WITH RECURSIVE x AS (SELECT 'a' AS token UNION ALL ({})) FROM x
SELECT (WITH x AS ({}) SELECT 1)
FROM messages m, LATERAL ({}) z LIMIT 1
""".strip().splitlines()
DAMAGE = ["", '"', "'", "(", ")", "--", "/*", "*/", ";", "raw.", "main.", ".", "\t", "\\", "$$", "\u200b"]


def dressed(chance: random.Random) -> str:
    query = chance.choice(PLACES).format(chance.choice(PAYLOADS))
    for _ in range(chance.randint(0, 3)):
        query = chance.choice(DRESSES).replace("{}", query)
    if chance.random() < 0.3:
        place = chance.randrange(len(query))
        query = query[:place] + chance.choice(DAMAGE) + query[place + chance.randint(0, 1) :]
    return query


def test_mutated_theft_fails(strict: Sandbox, ground: Ground) -> None:
    chance, before, ran = random.Random(20260325), ground.state(), 0
    for _ in range(COUNT):
        query = ground.fill(dressed(chance))
        try:
            said, ran = str(strict.run(query, 100)), ran + 1
        except (RefusedError, InputError) as error:
            said = str(error)
        assert MARKER not in said, query
        assert "owner's own" not in said, query
    assert 20 < ran < COUNT / 2  # the honest ones among them did run
    assert ground.state() == before
