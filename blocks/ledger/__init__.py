"""The ledger: small transactional state in one SQLite file (WAL) that all of Steward's processes share.

One file per area: sources, calls, outputs, deliveries, shown, slots, reads,
verdicts. It imports nothing heavy, so that a scan, a
status line or a supervisor may use it at once. Every publish copies it into the warehouse as `ledger_*`.
"""

from blocks.ledger.calls import CallRow, Cap
from blocks.ledger.deliveries import Delivery
from blocks.ledger.ledger import Ledger
from blocks.ledger.outputs import OutputRow
from blocks.ledger.reads import ReadRow
from blocks.ledger.slots import SlotRow
from blocks.ledger.sources import SourceRow
from blocks.ledger.verdicts import Verdict

__all__ = ["CallRow", "Cap", "Delivery", "Ledger", "OutputRow", "ReadRow", "SlotRow", "SourceRow", "Verdict"]
