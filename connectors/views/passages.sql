-- passages: One row per passage: the text of documents in pieces of 200 to 400 words, cut at headings and pages.
-- passage_key: Key of the passage within its source; `source` and `passage_key` name a row.
-- document_key: Document that it is part of (documents.document_key, of the same source).
-- source: Connection that it was read from.
-- account: Account of that connection.
-- ordinal: Place in the document, from 1.
-- heading: Headings that it stands under, as A › B; null where there are none.
-- page: Page, slide, sheet or chapter that it begins on, from 1; null where the format has none.
-- text: The text.
SELECT
    key AS passage_key,
    document_key,
    source,
    account,
    ordinal,
    heading,
    page,
    text
FROM raw.passages
