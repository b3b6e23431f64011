"""Rows of mails → Arrow tables. pyarrow is imported when a table is made."""

from collections.abc import Sequence
from typing import Any

from connectors.mail.charsets import storable
from connectors.mail.tables import schema


def table(rows: Sequence[Sequence[Any]]) -> Any:
    """Return rows (in the order of `tables.COLUMNS`) as a pyarrow Table.

    Columns are cleaned of what Arrow cannot hold only where it says so: lone surrogates are rare, looking for them is
    not free.
    """
    import pyarrow as pa

    columns = list(zip(*rows, strict=True)) or [()] * len(schema())
    arrays = []
    for values, field in zip(columns, schema(), strict=True):
        try:
            arrays.append(pa.array(values, field.type))
        except UnicodeEncodeError:
            arrays.append(pa.array([storable(value) if value else value for value in values], field.type))
    return pa.Table.from_arrays(arrays, schema=schema())
