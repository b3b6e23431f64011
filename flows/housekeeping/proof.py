"""proof: a flow that does nothing, so that `steward doctor --deep` can see a schedule fire."""

from prefect import flow


@flow(name="proof")
def proof() -> str:
    """Run, and so prove that scheduler, server and worker do."""
    return "a schedule fired"
