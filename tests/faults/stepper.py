"""A training process that trains nothing: it steps, checkpoints, answers signals, and fails as its spec says.

Its weights are a hash chain over the steps, so that a resumed run ends as an undisturbed one or not at all.
Every step is written to a ledger that all attempts share, under the attempt's fence.
"""

import hashlib
import os
import signal
import sys
import time
from pathlib import Path

from services.trainer import child
from services.trainer.orders import SUPERVISOR, End, Folder
from services.trainer.states import DONE
from taiyi import jsonl, manifest, process
from taiyi.llm import durable
from taiyi.llm.spec import Advance

FINGERPRINT = hashlib.sha256(b"stepper").hexdigest()


def chain(steps, state=""):
    for step in steps:
        state = hashlib.sha256(f"{state}{step}".encode()).hexdigest()
    return state


def note(orders, text):
    """One line of the shared ledger, appended whole."""
    handle = os.open(orders.spec["ledger"], os.O_APPEND | os.O_CREAT | os.O_WRONLY)
    os.write(handle, f"{orders.job} {orders.fence} {text}\n".encode())
    os.close(handle)


def misbehave(orders, step):
    """What the spec asks for at this step, once per fence listed or always."""
    for wish in orders.spec.get("faults", []):
        if wish["step"] == step and orders.fence <= wish.get("until_fence", 1 << 30):
            if wish["kind"] == "exit":
                os._exit(wish["code"])
            if wish["kind"] == "signal":
                os.kill(os.getpid(), wish["number"])
            if wish["kind"] == "full":
                raise OSError(28, "No space left on device", "optimizer.pt")
            if wish["kind"] == "hang":
                signal.signal(signal.SIGTERM, signal.SIG_IGN)
                time.sleep(600)


def work(folder: Folder, orders, teller):
    if done := child.finished_before(folder, orders):
        return done
    spec, home = orders.spec, folder.checkpoints / FINGERPRINT[:16]
    fingerprint = spec.get("fingerprint", FINGERPRINT)
    child.known_fingerprint(orders, fingerprint)
    teller.tell("fingerprint", fingerprint)
    with process.exclusive(home):
        others = [other.checkpoints / FINGERPRINT[:16] for other in folder.others(orders.resume_after_fence)]
        found = durable.newest_good((home, *others), fingerprint, lambda text: teller.tell("message", text))
        begun, state = 0, ""
        if found is not None:
            found = durable.adopt(found, home)
            begun, state = durable.step_of(found), (found / "weights").read_text()
            teller.tell("message", f"resuming from step {begun}")
        for step in range(begun + 1, spec["steps"] + 1):
            misbehave(orders, step)
            time.sleep(spec.get("step_seconds", 0.02))
            state = chain([step], state)
            note(orders, str(step))
            teller.watch(Advance(step, spec["steps"], loss=1.0 / step))
            wish = teller.wish()
            if wish == "stop" or step % spec.get("every", 5) == 0:
                writing = home / "writing"
                writing.mkdir(exist_ok=True)
                (writing / "weights").write_text(state)
                durable.publish(writing, home, fingerprint, step)
                durable.prune(home, 2)
                teller.watch(Advance(step, spec["steps"], checkpoint=True))
            if wish == "stop":
                raise SystemExit(process.TERMINATED)
        with manifest.whole_folder(folder.adapter) as adapter:
            (adapter / "weights").write_text(state)
            jsonl.write_json(adapter / "manifest.json", {"fence": orders.fence})
    note(orders, "done")
    return End(reason=DONE, adapter=manifest.digest(folder.adapter), fingerprint=fingerprint)


if __name__ == "__main__":
    process.die_with_parent(signal.SIGKILL, int(os.environ[SUPERVISOR]))
    sys.exit(child.attempt(Folder(Path(sys.argv[1])), work))
