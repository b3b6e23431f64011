"""Plain text: which encoding it is in, and its paragraphs."""

import codecs

from connectors.docs.document import MOST_TEXT, Extract, Section, UnreadableError, clean, links_in, one_line

SAMPLE = 65_536  # bytes that an encoding is guessed from
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16: its mark begins with the same two bytes
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def decode(data: bytes, declared: str | None = None) -> str:
    """Return the bytes as text: by its byte order mark, as UTF-8, as UTF-16, as `declared`, else by statistics.

    Raises UnreadableError("binary") for what is no text in any of these.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, "replace")
    if (zeros := data[:SAMPLE].count(0)) * 50 > len(data[:SAMPLE]):
        return _wide(data)
    if zeros:
        data = data.replace(b"\0", b"")  # a few are what some crash or editor left in a text
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start > SAMPLE and error.end - error.start < 8:  # a long text with one bad place is UTF-8 all the same
            return data.decode("utf-8", "replace")
    if declared:
        try:
            return data.decode(declared, "replace")
        except LookupError:
            pass  # an encoding that nobody knows says nothing
    return _guessed(data)


def _wide(data: bytes) -> str:
    """Return UTF-16 without a byte order mark: in any Western text every second byte is zero, always on one side."""
    sample = data[:SAMPLE]
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if max(even, odd) > len(sample) // 5 and min(even, odd) * 20 < max(even, odd):
        return data.decode("utf-16-le" if odd > even else "utf-16-be", "replace")
    raise UnreadableError("binary", "the file holds zero bytes")


def _guessed(data: bytes) -> str:
    from charset_normalizer import from_bytes

    found = from_bytes(data[:SAMPLE], cp_isolation=_LIKELY)
    best = found.best()
    equals = [
        encoding
        for match in found
        if best and (match.chaos, match.coherence) == (best.chaos, best.coherence)
        for encoding in (match.encoding, *match.could_be_from_charset)
    ]
    text = data.decode(min(equals, key=_rank, default="cp1252"), "replace")
    odd = sum(1 for character in text[:SAMPLE] if character < " " and character not in "\t\n\r\x0b\x0c\x1b")
    if odd * 20 > min(len(text), SAMPLE):
        raise UnreadableError("binary", "more than a twentieth of the file are control characters")
    return text


# The encodings that people's files are in, the likelier first: a short text often fits several equally well.
_LIKELY = [
    "cp1252", "cp1251", "koi8_r", "cp1250", "cp932", "gb18030", "big5", "cp949", "euc_jp", "euc_kr", "cp1253", "cp1254",
    "cp1255", "cp1256", "cp1257", "iso8859_2", "iso8859_15", "mac_roman",
]  # fmt: skip


def _rank(encoding: str) -> int:
    return _LIKELY.index(encoding) if encoding in _LIKELY else len(_LIKELY)


def extract(data: bytes) -> Extract:
    """Return the paragraphs; the first line is the title when it looks like one."""
    text = clean(decode(data))[:MOST_TEXT]
    first = one_line(text.lstrip().partition("\n")[0])
    title = first if first and len(first) <= 100 and not first.endswith((".", ",", ";", ":")) else None
    return Extract([Section("", text)], title=title, links=links_in(text))
