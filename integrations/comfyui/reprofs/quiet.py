"""Nothing of the pack may stop a generation: what goes wrong is logged, and all else goes on."""
import logging

log = logging.getLogger("reprofs")


def quietly(body):
    try:
        return body()
    except Exception as error:
        log.warning("ReproFS: a run may not be recorded: %r", error)
