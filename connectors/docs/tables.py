"""The raw tables that every source of documents fills."""

from connectors.shape import Table

DOCUMENTS = Table(
    name="documents",
    comment="Documents: one row for each file, with its whole text",
    columns={
        "path": ("text", "Path from the root, with slashes, in Unicode NFC"),
        "title": ("text", "Title: what the document says it is called, else its first heading, else its file name"),
        "kind": ("text", "Format: markdown, text, html, pdf, docx, pptx, xlsx or epub"),
        "text": ("text", "The text; Markdown as it was written; null where there is none"),
        "size": ("bigint", "Size of the file in bytes"),
        "sha256": (
            "text",
            "SHA-256 of the file in hexadecimal; null where it was too large to read, or has no bytes of its own",
        ),
        "modified_at": ("timestamp", "When the file was changed, as of when it was read"),
        "state": ("text", "ok, needs_ocr (pages or pictures without text), empty, or too_large (text missing or cut)"),
        "author": ("text", "Author that the document names, if it does"),
        "links": ("json", "Web and mail addresses that it links to: an array of texts, once each"),
        "words": ("bigint", "Words of the text; in scripts without spaces, characters"),
        "pages": ("bigint", "Pages, slides, sheets or chapters; null where the format has none"),
    },
    history=("path", "title", "sha256", "modified_at", "state"),
)

PASSAGES = Table(
    name="passages",
    comment="Passages: the text of documents in pieces of 200 to 400 words, cut at headings and pages",
    columns={
        "document_key": ("text", "The document that it is from (documents.document_key)"),
        "ordinal": ("bigint", "Place in the document, from 1"),
        "heading": ("text", "The headings that it stands under, as A › B; null where there are none"),
        "text": ("text", "The text"),
        "page": ("bigint", "Page, slide, sheet or chapter that it begins on, from 1; null where the format has none"),
    },
)
