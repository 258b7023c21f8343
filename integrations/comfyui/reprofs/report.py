"""The report of a run, by docs/schemas/report-1.json."""
from . import delivery, environment, files, outputs, redact, spool
from .quiet import log


def surroundings():
    """The fields of a report that stay the same while the process runs."""
    packs = {name: files.seen_from_outside(path) for name, path in environment.node_packs().items()}
    return {"environment": environment.constant(), "nodePacks": packs, **environment.places(files.seen_from_outside)}


def of(begun, prompt, done, *, inputs, workflow, around):
    """The report of a run; None if it wrote no file. `around` is the environment of its process; None if that is unknown."""
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
    """A value as JSON without secrets; None if it cannot be written as JSON."""
    try:
        return redact.dumps(value(), hidden)
    except (TypeError, ValueError, RecursionError):
        return None


def finish(run, is_busy):
    """Replaces the steps of a run in the spool by its report."""
    if run.done is None:
        return
    run.has_inputs.wait(600)
    # ComfyUI adds the hashes of input files to the graph, so the present graph is used; nodes may add values that are not JSON.
    prompt = as_json(lambda: run.item[2], run.hidden) or run.prompt
    workflow = as_json(lambda: run.workflow, run.hidden) if run.workflow is not None else None
    told = surroundings()
    told["environment"] = {**told["environment"], "objectInfo": environment.class_info(run.item[2], is_busy)}
    report = of(run.begun, prompt, run.done, inputs=run.inputs, workflow=workflow, around=told)
    try:
        spool.finish(run.stem, report)
    except Exception as error:
        # The disk is full or read-only, but the mount may still take the report.
        log.debug("ReproFS: %r", error)
        if report is not None:
            delivery.add(report)
