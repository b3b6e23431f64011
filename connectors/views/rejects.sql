-- rejects: One row per record that could not be read and is kept, byte for byte, in quarantine.
-- reject_key: Key of the record within its source and file.
-- source: Name of the connection that it came from.
-- account: Label of the account.
-- file: The file or feed that it stands in.
-- position: Where in that file.
-- reason: Why, in constant words, for counting.
-- error: The parser's own words; they may quote the record.
-- sha256: Digest of the record's bytes.
-- size: Bytes of the record.
-- path: The kept bytes, below the home's data folder.
SELECT key AS reject_key, source, account, file, position, reason, error, sha256, size, path
FROM raw.rejects
