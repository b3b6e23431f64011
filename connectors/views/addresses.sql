-- @stored
-- addresses: One row per mail address that the owner wrote to, was written to by, met, shares a repository with, or keeps.
--   The owner's own addresses are left out.
-- address: The address, lower case.
-- person_id: Whose it is (people.person_id). Only equal addresses make a person; equal names never do.
-- name: The name that the owner gave it, else the one that it is most often seen with.
-- mails_in: Mails from it, each counted once however many mailboxes hold it.
-- mails_out: Mails of the owner to it (To or Cc).
-- meetings: Meetings of the owner with it until now that took place and that neither had declined.
-- commits: Commits by it in the connected repositories.
-- automated: Whether all that is known of it is mail that a machine or a list sent.
-- first_at: First time that any of these happened.
-- last_at: Last time until now that any of these happened.
-- last_mail_at: Last mail in either direction.
-- last_meeting_at: Start of the last meeting until now.
-- person_source: Where the person is known from: profile, contacts or observed.
WITH own AS (
    SELECT lower(address) AS address FROM context_addresses WHERE kind = 'email'
),
instances AS (
    -- What the owner was invited to or organizes: not what stands in a calendar that somebody shares with them.
    SELECT
        uid,
        starts_at,
        any_value(attendees) AS attendees,
        any_value(organizer_address) AS organizer_address,
        any_value(organizer_name) AS organizer_name
    FROM event_instances
    WHERE
        NOT coalesce(cancelled, false)
        AND my_status NOT IN ('declined', 'none')
        AND starts_at <= (SELECT as_of FROM publication)
    GROUP BY uid, starts_at
),
invited AS (
    SELECT
        uid,
        starts_at,
        unnest(json_transform(
            attendees, '[{"address": "VARCHAR", "name": "VARCHAR", "partstat": "VARCHAR", "kind": "VARCHAR"}]'
        )) AS entry
    FROM instances
),
met AS (
    SELECT uid, starts_at, lower(entry.address) AS address, entry.name AS name
    FROM invited
    WHERE
        coalesce(lower(entry.partstat), '') <> 'declined'
        AND coalesce(lower(entry.kind), 'individual') NOT IN ('room', 'resource')
    UNION
    SELECT uid, starts_at, lower(organizer_address), organizer_name FROM instances
),
cards AS (
    SELECT
        source || '/' || key AS card,
        name,
        lower(coalesce(entry->>'address', entry->>'$')) AS address
    FROM raw.contacts, unnest(json_transform(addresses, '["JSON"]')) AS listed (entry)
),
told AS (
    SELECT address, name, 'in' AS kind, n, first_at, last_at, automated FROM sums.correspondence WHERE writer IS NULL
    UNION ALL
    SELECT address, name, 'out', n, first_at, last_at, false FROM sums.correspondence WHERE writer IN (FROM own)
    UNION ALL
    SELECT address, name, 'meeting', 1, starts_at, starts_at, false
    FROM (SELECT uid, starts_at, address, max(name) AS name FROM met GROUP BY ALL)
    UNION ALL
    SELECT lower(author_address), author_name, 'commit', 1, authored_at, authored_at, false
    FROM (SELECT DISTINCT sha, author_address, author_name, authored_at FROM raw.commits)
),
names AS (
    SELECT address, any_value(name ORDER BY n DESC, name) AS name
    FROM (
        SELECT address, name, sum(n) AS n FROM told WHERE name <> '' AND lower(name) <> address GROUP BY address, name
    )
    GROUP BY address
),
observed AS (
    SELECT
        told.address,
        any_value(names.name) AS name,
        sum(n) FILTER (WHERE kind = 'in')::BIGINT AS mails_in,
        sum(n) FILTER (WHERE kind = 'out')::BIGINT AS mails_out,
        sum(n) FILTER (WHERE kind = 'meeting')::BIGINT AS meetings,
        sum(n) FILTER (WHERE kind = 'commit')::BIGINT AS commits,
        bool_and(automated) AS automated,
        min(first_at) AS first_at,
        max(last_at) FILTER (WHERE last_at <= (SELECT as_of FROM publication)) AS last_at,
        max(last_at) FILTER (
            WHERE kind IN ('in', 'out') AND last_at <= (SELECT as_of FROM publication)
        ) AS last_mail_at,
        max(last_at) FILTER (WHERE kind = 'meeting') AS last_meeting_at
    FROM told
    LEFT JOIN names ON names.address = told.address
    WHERE told.address LIKE '%_@_%'
    GROUP BY told.address
),
known AS (
    SELECT lower(a.address) AS address, min(a.person_id) AS person_id, any_value(p.name ORDER BY p.person_id) AS name
    FROM context_people_addresses AS a
    LEFT JOIN context_people AS p ON p.person_id = a.person_id
    WHERE a.kind = 'email'
    GROUP BY lower(a.address)
),
card_people AS (
    -- A card with an address of exactly one person of the profile is that person's card.
    SELECT c.card, min(k.person_id) AS person_id
    FROM cards AS c
    JOIN known AS k ON k.address = c.address
    GROUP BY c.card
    HAVING count(DISTINCT k.person_id) = 1
),
kept AS (
    SELECT
        c.address,
        any_value(coalesce(p.person_id, 'contact:' || c.card) ORDER BY p.person_id NULLS LAST, c.card) AS person_id,
        any_value(c.name ORDER BY p.person_id NULLS LAST, c.card) AS name,
        max(p.person_id) IS NOT NULL AS in_profile
    FROM cards AS c
    LEFT JOIN card_people AS p ON p.card = c.card
    WHERE c.address LIKE '%_@_%'
    GROUP BY c.address
),
every AS (
    SELECT address FROM observed
    UNION
    SELECT address FROM known
    UNION
    SELECT address FROM kept
)
SELECT
    every.address,
    coalesce(known.person_id, kept.person_id, every.address) AS person_id,
    coalesce(known.name, kept.name, observed.name) AS name,
    coalesce(observed.mails_in, 0) AS mails_in,
    coalesce(observed.mails_out, 0) AS mails_out,
    coalesce(observed.meetings, 0) AS meetings,
    coalesce(observed.commits, 0) AS commits,
    coalesce(observed.automated, false) AND known.address IS NULL AND kept.address IS NULL AS automated,
    observed.first_at,
    observed.last_at,
    observed.last_mail_at,
    observed.last_meeting_at,
    CASE
        WHEN known.address IS NOT NULL OR kept.in_profile THEN 'profile'
        WHEN kept.address IS NOT NULL THEN 'contacts'
        ELSE 'observed'
    END AS person_source
FROM every
LEFT JOIN observed ON observed.address = every.address
LEFT JOIN known ON known.address = every.address
LEFT JOIN kept ON kept.address = every.address
WHERE every.address NOT IN (FROM own)
