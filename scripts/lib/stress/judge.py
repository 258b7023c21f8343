"""What has to be true at the end."""
import collections, hashlib, json, os, subprocess, time

from disk import holders
from shared import COMMAND_LIMIT, all_notes

# So long after the last operation a closed file may need to become a version. Seconds.
PUBLISHED = 60


def run(reprofs, store, *arguments, limit=COMMAND_LIMIT):
    return subprocess.run([reprofs, *arguments, "--store", store], capture_output=True, text=True, timeout=limit)


def versions(reprofs, store):
    done = run(reprofs, store, "list", "versions", "--json")
    if done.returncode:
        raise RuntimeError(f"list versions: {done.stderr}")
    return {row["sha256"] for row in json.loads(done.stdout)}


def lost(reprofs, store, directory):
    """Promises of which no version tells, after they have had time; and how many were made."""
    promises = {note["digest"]: note for note in all_notes(directory) if note["kind"] == "promise"}
    end = time.time() + PUBLISHED
    while missing := set(promises) - versions(reprofs, store):
        if time.time() > end:
            break
        time.sleep(1)
    return [promises[digest] for digest in missing], len(promises)


def blobs(store):
    """Blobs that are not what they are called."""
    top = os.path.join(store, "blobs/sha256")
    for name in sorted(os.listdir(top)):
        found = hashlib.sha256()
        with open(os.path.join(top, name), "rb") as file:
            while piece := file.read(1 << 20):
                found.update(piece)
        if found.hexdigest() != name:
            yield f"the blob {name} holds {found.hexdigest()}"


def findings(directory):
    """What was noted as wrong, and what is merely odd, each kind once with its number."""
    counts, examples = collections.Counter(), {}
    for note in all_notes(directory):
        if note["kind"] in ("wrong", "odd", "slow", "hang"):
            what = f"{note['kind']}: {note['what'][:200]}"
            counts[what] += 1
            examples.setdefault(what, {key: value for key, value in note.items() if key not in ("kind", "what")})
    return [(what, count, examples[what]) for what, count in counts.most_common()]


def left(directory, mount):
    """Mounts and processes that are there and should not be."""
    with open("/proc/self/mounts") as file:
        for line in file:
            if line.split()[1] == mount:
                yield f"a mount is left: {line.strip()}"
    for holder in holders(directory):
        yield f"a process is left: {holder}"
