-- contacts: One row per card or person of an address book.
-- contact_key: Key of the contact within its source: its id there, such as the card's UID, else a hash of what it holds.
-- source: Connection that it was read from.
-- account: Account of that connection.
-- name: Name as the card shows it, else made of its parts, else the organization, else the first mail address.
-- addresses: JSON array of {address, kind}: mail addresses in lower case, the preferred first; kind home, work or null.
-- phones: JSON array of {number, kind} as written, the preferred first; kind home, work, mobile, fax or null.
-- organization: Organization, with its units after commas.
-- job_title: Title or role there.
-- birthday: Birthday as YYYY-MM-DD, or --MM-DD where the year is not given.
-- notes: Notes on the card.
-- updated_at: When the card says it was changed (REV).
SELECT
    key AS contact_key,
    source,
    account,
    name,
    addresses,
    phones,
    organization,
    job_title,
    birthday,
    notes,
    updated_at
FROM raw.contacts
