"""The report of a run, as docs/schemas/report-1.json says."""
from . import delivery, environment, files, outputs, redact, spool
from .quiet import log


def surroundings():
    """The fields of a report that stay the same while the process runs."""
    packs = {name: files.seen_from_outside(path) for name, path in environment.node_packs().items()}
    return {"environment": environment.constant(), "nodePacks": packs, **environment.places(files.seen_from_outside)}


def of(begun, prompt, done, *, inputs, workflow, around):
    """What is told of a run; None where it left no file. `around` are the surroundings of its process, None where they are not known."""
    left = outputs.hashed(done["outputs"])
    if not left:
        return None
    return {
        "schema": "reprofs.report/1", "id": begun["id"], "begun": begun["begun"], "ended": done["ended"],
        "threads": done.get("threads") or begun.get("threads") or [], "nodes": done.get("nodes") or [],
        "changes": done.get("changes") or {}, "outside": begun.get("outside") or {},
        "process": begun["process"] or done.get("process"), "pid": begun["pid"], "prompt": prompt,
        "workflow": workflow, "outputs": left, "inputs": inputs, "variation": begun["variation"],
        **(around or {"environment": None, "nodePacks": {}}),
    }


def as_json(value, hidden):
    """A value as JSON without secrets; None where it cannot be."""
    try:
        return redact.dumps(value(), hidden)
    except (TypeError, ValueError, RecursionError):
        return None


def finish(run, is_busy):
    """Puts the report of a run into the spool, in the place of its steps."""
    if run.done is None:
        return
    run.has_inputs.wait(600)
    # ComfyUI notes in the graph what its input files were, so it is taken as it is now; nodes may note there what is not JSON.
    prompt = as_json(lambda: run.item[2], run.hidden) or run.prompt
    workflow = as_json(lambda: run.workflow, run.hidden) if run.workflow is not None else None
    told = surroundings()
    told["environment"] = {**told["environment"], "objectInfo": environment.class_info(run.item[2], is_busy)}
    report = of(run.begun, prompt, run.done, inputs=run.inputs, workflow=workflow, around=told)
    try:
        spool.finish(run.stem, report)
    except Exception as error:
        # A full disk, or one that is not to be written: the mount may take it all the same.
        log.debug("ReproFS: %r", error)
        if report is not None:
            delivery.add(report)
