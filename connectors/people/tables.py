"""The raw table that every source of people fills."""

from connectors.shape import Table

CONTACTS = Table(
    name="contacts",
    comment="Contacts: one row for each card of an address book",
    columns={
        "name": ("text", "Name as shown, else made of its parts, else the organization, else the first mail address"),
        "addresses": ("json", "Mail addresses: [{address, kind}], lower case, the preferred first"),
        "phones": ("json", "Phone numbers: [{number, kind}] as written, the preferred first"),
        "organization": ("text", "Organization, with its units after commas"),
        "job_title": ("text", "Title or role there"),
        "birthday": ("text", "Birthday as YYYY-MM-DD, or --MM-DD where the year is not given"),
        "notes": ("text", "Notes"),
        "updated_at": ("timestamp", "When the card says it was changed"),
    },
    history=("name", "addresses", "phones", "organization", "job_title"),
)
