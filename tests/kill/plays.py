"""Every stage there is. A kind that no stage has fails a test."""

from tests.kill import files
from tests.kill.stage import Play

PLAYS: tuple[Play, ...] = (Play("files", (*(kind for kind, _ in files.KINDS.values()), "ics-url"), files.stage),)
