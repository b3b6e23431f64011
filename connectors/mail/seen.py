"""Which Message-IDs of a mailbox were read, in ten bytes each: what tells a second mail of the same id from the
first.

Keys are Message-IDs. Another mail with the id of an earlier one but other content is kept under the id, `#` and the
beginning of its hash. The order of reading decides, so it is remembered across syncs, in the cursor.
"""

import base64
from hashlib import blake2b
from typing import Any

_ID, _CONTENT = 6, 4  # bytes; two of 200,000 ids share six in one mailbox of 14,000


class Seen:
    """Message-IDs and the content that owns each."""

    def __init__(self, told: str = "") -> None:
        data = base64.b64decode(told)
        step = _ID + _CONTENT
        self._owner = {data[at : at + _ID]: data[at + _ID : at + step] for at in range(0, len(data), step)}

    def dump(self) -> str:
        return base64.b64encode(b"".join(part for pair in self._owner.items() for part in pair)).decode()

    def mark(self, table: Any) -> Any:
        """Return a table of mails with the keys of duplicates changed, and remember what is in it."""
        keys = table.column("key").to_pylist()
        hashes = table.column("content_hash").to_pylist()
        second = [at for at, (key, content) in enumerate(zip(keys, hashes, strict=True)) if self._taken(key, content)]
        if not second:
            return table
        import pyarrow as pa

        told = table.column("duplicate_id").to_pylist()
        rows = table.column("row_hash").to_pylist()
        for at in second:
            keys[at] = f"{keys[at]}#{hashes[at][:12]}"
            rows[at] = f"{rows[at]}#"
            told[at] = True
        for name, values in (("key", keys), ("row_hash", rows), ("duplicate_id", told)):
            at = table.column_names.index(name)
            table = table.set_column(at, table.schema.field(at), pa.array(values, table.schema.field(at).type))
        return table

    def _taken(self, key: str, content: str) -> bool:
        """Whether another content owns this key; takes it where nobody does."""
        short = blake2b(key.encode("utf-8", "replace"), digest_size=_ID).digest()
        mine = bytes.fromhex(content[: 2 * _CONTENT])
        return self._owner.setdefault(short, mine) != mine
