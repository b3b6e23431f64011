"""Every stage there is. A kind that no stage has fails a test."""

from connectors.kinds import KINDS
from tests.kill import files, servers
from tests.kill.stage import Play

FILES = Play("files", (*(kind for kind, _ in files.KINDS.values()), "ics-url"), files.stage)
LIVE = tuple(play for play in servers.PLAYS if KINDS.keys() & set(play.kinds))
PLAYS = (FILES, *LIVE)
