"""Nothing in the pack may stop a generation: errors are logged, and everything else continues."""
import logging

log = logging.getLogger("reprofs")


def quietly(body):
    try:
        return body()
    except Exception as error:
        log.warning("ReproFS: a run may not be recorded: %r", error)
