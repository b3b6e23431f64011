-- documents: One row per document of a folder or a Drive, with its text.
-- document_key: Key of the document within its source; `source` and `document_key` name a row.
-- source: Connection that it was read from.
-- account: Account of that connection.
-- path: Path from the root, with slashes; what others share on a Drive is below “Shared with me”.
-- title: What the document says it is called, else its first heading, else its file name.
-- kind: Format: markdown, text, html, pdf, docx, pptx, xlsx or epub.
-- text: The text; Markdown as it was written; null where there is none.
-- state: ok, needs_ocr (pages or pictures without text), empty, or too_large (text missing or cut).
-- author: Author that the document names, if it does.
-- words: Number of words; in scripts without spaces, of characters.
-- pages: Number of pages, slides, sheets or chapters; null where the format has none.
-- links: JSON array of the web and mail addresses that it links to, once each.
-- modified_at: When the file was changed.
-- size: Size of the file in bytes.
-- sha256: SHA-256 of the file in hexadecimal; null where it was too large to read, or has no bytes of its own (Google Docs).
SELECT
    key AS document_key,
    source,
    account,
    path,
    title,
    kind,
    text,
    state,
    author,
    words,
    pages,
    links,
    modified_at,
    size,
    sha256
FROM raw.documents
