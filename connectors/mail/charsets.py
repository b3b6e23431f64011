"""Bytes to text, whatever a mail claims about its character set.

Order of trust: ASCII is ASCII; valid multi-byte UTF-8 beats every single-byte label and every missing one, for text
in those sets hardly ever forms it by chance; then the label; then a guess. Nothing here raises on any input.
"""

import binascii
import codecs
import re
from functools import lru_cache

# Labels seen in the wild that Python's codecs do not know, and labels whose real use is a superset.
ALIASES = {
    "ansi_x3.110-1983": "latin-1",
    "big5": "cp950",
    "cn-big5": "cp950",
    "cp-850": "cp850",
    "euc-kr": "cp949",
    "gb2312": "gb18030",
    "gb_2312-80": "gb18030",
    "gbk": "gb18030",
    "iso-2022-jp": "iso2022_jp_ext",
    "iso-8859-1": "cp1252",
    "iso-8859-8-i": "iso-8859-8",
    "iso-8859-8-e": "iso-8859-8",
    "iso-8859-9": "cp1254",
    "iso8859-1": "cp1252",
    "iso_8859-1": "cp1252",
    "ks_c_5601-1987": "cp949",
    "latin-1": "cp1252",
    "latin1": "cp1252",
    "shift_jis": "cp932",
    "sjis": "cp932",
    "unicode-1-1-utf-7": "utf-7",
    "windows-874": "cp874",
    "x-gbk": "gb18030",
    "x-mac-roman": "mac-roman",
    "x-sjis": "cp932",
    "x-unicode-2-0-utf-7": "utf-7",
}
STATEFUL = ("utf-7", "utf-16", "utf-32", "iso2022", "hz")  # their ASCII bytes need not mean ASCII
BINARY = (
    "base64",
    "bz2",
    "hex",
    "quopri",
    "rot13",
    "uu",
    "zlib",
    "idna",
    "punycode",
    "undefined",
    "escape",
    "mbcs",
    "oem",
)
MULTIBYTE = ("gb", "big5", "cp950", "cp949", "cp932", "euc", "shift", "johab")
WORD = re.compile(r"=\?([^?\s]{1,60})\?([bBqQ])\?([^?]*)\?=")
BETWEEN = re.compile(r"(\?=)\s+(?==\?[^?\s]{1,60}\?[bBqQ]\?)")
_HIGH = "".join(bytes([code]).decode("cp1252", "ignore") for code in range(0x80, 0xC0))
# UTF-8's bytes taken for Latin, or for "user-defined" characters
MOJIBAKE = re.compile(f"[\u00c2-\u00f4][\u0080-\u00bf{_HIGH}]|[\uf780-\uf7ff]")
FOREIGN = re.compile(rb"[^A-Za-z0-9+/=]")
UNSTORABLE = re.compile("[\ud800-\udfff\x00]")


@lru_cache(maxsize=512)
def codec(label: str) -> str | None:
    """Return the Python codec for a charset label, None where the label names none."""
    name = label.strip().strip("\"';").split(";")[0].split("(")[0].split("*")[0].strip().strip("\"'").lower()
    name = name.removeprefix("charset=").strip("\"'")
    try:
        found = codecs.lookup(ALIASES.get(name, name)).name
    except (LookupError, ValueError):
        return None
    return None if found.startswith(BINARY) or found == "ascii" else found


def decode(data: bytes, label: str = "") -> str:
    """Return `data` as text, believing `label` as far as the top of this file says."""
    name = codec(label) if label else None
    if name and name.startswith(STATEFUL):
        return _strictly(data, name) or data.decode(name, "replace")
    if data.isascii():
        return data.decode("ascii")
    if name is None or not name.startswith(MULTIBYTE):
        text = _strictly(data, "utf-8")
        if text is not None:
            return text
    if name and name != "utf-8":
        text = _strictly(data, name)
        return text if text is not None else _repair(data, name)
    return _guess(data)


def _strictly(data: bytes, name: str) -> str | None:
    try:
        return data.decode(name)
    except (UnicodeError, ValueError):
        return None


def _repair(data: bytes, name: str) -> str:
    """The label does not fit: UTF-8 if that does, else the label with its errors marked."""
    return _strictly(data, "utf-8") or data.decode(name, "replace")


def _guess(data: bytes) -> str:
    """Neither a label nor whole UTF-8: UTF-8 with errors where most of it fits, else Windows' Latin."""
    text = data.decode("utf-8", "replace")
    wrong = text.count("\ufffd")
    right = sum(1 for character in text if character > "\x7f") - wrong
    if right > wrong:
        return text
    return data.decode("cp1252", "replace")


def words(text: str) -> str:
    """Decode the encoded words (RFC 2047) of a header, also broken ones: no padding, unknown sets, split characters."""
    if "=?" not in text:
        return text
    text = BETWEEN.sub(r"\1", text)
    out: list[str] = []
    held, label, position = b"", "", 0
    for match in WORD.finditer(text):
        between = text[position : match.start()]
        data = _word(match[2], match[3])
        if held and (between or match[1].lower() != label or data is None):
            out.append(decode(held, label))
            held = b""
        out.append(between)
        if data is None:
            out.append(match[0])
        else:  # adjacent words are joined first: a character may be cut in two
            held, label = held + data, match[1].lower()
        position = match.end()
    if held:
        out.append(decode(held, label))
    out.append(text[position:])
    return "".join(out)


def _word(encoding: str, payload: str) -> bytes | None:
    raw = payload.encode("utf-8", "surrogateescape")
    if encoding in "qQ":
        return binascii.a2b_qp(raw.replace(b" ", b"_"), header=True)
    return unbase64(raw)


def unbase64(data: bytes) -> bytes | None:
    """Decode base64 with foreign characters dropped and padding repaired; None where nothing can be.

    Several runs, each with padding of its own, are joined: some programs encode piece by piece.
    """
    kept = FOREIGN.sub(b"", data)
    runs = [run[:-1] if len(run) % 4 == 1 else run for run in kept.split(b"=") if run]
    if not any(runs):
        return None if data.strip() else b""
    return b"".join(binascii.a2b_base64(run + b"=" * (-len(run) % 4)) for run in runs)


def storable(text: str) -> str:
    """Return `text` without NUL and lone surrogates, which neither Arrow nor DuckDB can hold."""
    return UNSTORABLE.sub("\ufffd", text.replace("\x00", "")) if UNSTORABLE.search(text) else text


def suspicious(text: str) -> bool:
    """Whether a decoder's output shows that it was misled: replacement marks, or UTF-8 read as Latin."""
    return not text.isascii() and ("\ufffd" in text or MOJIBAKE.search(text) is not None)
