-- people: One row per person: those of the profile, those of the contacts, and whoever else a human exchange was had with.
--   The owner is left out, and so is who only ever sent automated or list mail.
-- person_id: Id of the profile's person (context_people), else of the contact, else the address itself.
-- name: The name that the owner gave, else the one most often seen, else the address.
-- addresses: The person's mail addresses, a JSON list in order.
-- relation: What they are to the owner, as the profile says.
-- tier_rank: How close, as the profile says: 1 is closest.
-- organization: Where they belong, as the profile or the contact says.
-- cadence_days: How many days the owner means to let pass between contacts.
-- mails_in: Mails from them.
-- mails_out: Mails of the owner to them.
-- meetings: Meetings of the owner with them until now.
-- commits: Commits by them in the connected repositories.
-- first_contact_at: First mail, meeting or commit.
-- last_contact_at: Last mail or meeting until now.
-- last_mail_at: Last mail in either direction.
-- last_meeting_at: Start of the last meeting until now.
-- source: Where the person is known from: profile, contacts or observed.
WITH grouped AS (
    SELECT
        person_id,
        mode(name) AS name,
        to_json(list(address ORDER BY address)) AS addresses,
        sum(mails_in)::BIGINT AS mails_in,
        sum(mails_out)::BIGINT AS mails_out,
        sum(meetings)::BIGINT AS meetings,
        sum(commits)::BIGINT AS commits,
        min(first_at) AS first_at,
        max(last_mail_at) AS last_mail_at,
        max(last_meeting_at) AS last_meeting_at,
        bool_and(automated) AS automated,
        CASE
            WHEN bool_or(person_source = 'profile') THEN 'profile'
            WHEN bool_or(person_source = 'contacts') THEN 'contacts'
            ELSE 'observed'
        END AS source
    FROM addresses
    GROUP BY person_id
),
cards AS (
    SELECT 'contact:' || source || '/' || key AS person_id, any_value(organization) AS organization
    FROM raw.contacts
    GROUP BY ALL
)
SELECT
    coalesce(p.person_id, g.person_id) AS person_id,
    coalesce(p.name, g.name, g.addresses->>'$[0]') AS name,
    coalesce(g.addresses, '[]'::JSON) AS addresses,
    p.relation,
    p.tier_rank,
    coalesce(p.org, cards.organization) AS organization,
    p.cadence_days,
    coalesce(g.mails_in, 0) AS mails_in,
    coalesce(g.mails_out, 0) AS mails_out,
    coalesce(g.meetings, 0) AS meetings,
    coalesce(g.commits, 0) AS commits,
    g.first_at AS first_contact_at,
    greatest(g.last_mail_at, g.last_meeting_at) AS last_contact_at,
    g.last_mail_at,
    g.last_meeting_at,
    CASE WHEN p.person_id IS NOT NULL THEN 'profile' ELSE g.source END AS source
FROM grouped AS g
FULL JOIN context_people AS p ON p.person_id = g.person_id
LEFT JOIN cards ON cards.person_id = g.person_id
WHERE p.person_id IS NOT NULL OR NOT g.automated
