"""Reports runs whose process ended before they did."""
import json

from . import outputs, recovery, redact, report, spool


def tell(until):
    """Finishes the runs of a process that has ended; `until` is a time before this process ran a prompt."""
    for owner, stems in spool.abandoned():
        for stem in stems:
            try:
                _tell(owner, stem, until)
            except spool.Foreign as why:
                spool.tell(stem, f"a run that was cut off is not told, {stem!a}: {why}")
            except OSError as error:
                # The disk may be full, for example; the next start tries again.
                spool.tell(stem, f"a run that was cut off is told after the next start, {stem!a}: {error}")
            except Exception as error:
                for ending in spool.STEPS:
                    spool.set_aside(stem, ending, error)


def _tell(owner, stem, until):
    told = spool.begun(stem)
    if told is None or spool.has_report(stem):
        spool.finish(stem, None)
        return
    begun, prompt, done = told
    workflow = None
    if done is None:
        graph, left = json.loads(prompt), []
        for path, facts, texts in recovery.outputs(outputs.root(), graph, begun["begun"], until):
            left.append(outputs.entry(path, None, facts))
            workflow = workflow or texts.get("workflow")
        # By then it had opened all files for these runs.
        ended = max((output["modified"] for output in left), default=begun["begun"]) + recovery.TICK
        done = {"ended": ended, "outputs": left}
        workflow = report.as_json(lambda: json.loads(workflow), redact.secrets(graph)) if workflow else None
    spool.finish(stem, report.of(
        begun, prompt, done, inputs=spool.read(stem, ".inputs") or [], workflow=workflow,
        around=spool.read(owner, ".environment")))
