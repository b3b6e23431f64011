-- articles: One row per article of a reading list.
-- article_key: Key of the article within its source: the id that the feed gives it.
-- source: Connection that it was read from.
-- account: Account of that connection.
-- title: Title.
-- url: Where it is.
-- tags: JSON array of tags.
-- published_at: When it was published.
SELECT
    key AS article_key,
    source,
    account,
    title,
    url,
    tags,
    published_at
FROM raw.articles
