"""The peers of curation.py, in an environment of their own: near-duplicates among the texts of a JSON Lines file.

python benchmarks/curation_peers.py names the peers that are installed; with NAME FILE it prints one JSON object: seconds, and
the pairs of positions found.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import re
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

THRESHOLD, HASHES, WORDS = 0.8, 128, 5
Pairs = list[tuple[int, int]]


def module(name: str) -> Any:
    """A peer's module; imported by name, because none of them is installed where types are checked."""
    return importlib.import_module(name)


def shingles(file: str) -> Iterator[list[str]]:
    """The runs of five words of each text; split in one pass of a regular expression, which is all that C does here."""
    decode = module("msgspec").json.decode
    tokens = re.compile(r"\w+").findall
    with open(file, "rb") as lines:
        for line in lines:
            words = tokens(decode(line)["text"].lower())
            yield [" ".join(words[n : n + WORDS]) for n in range(len(words) - WORDS + 1)]


def datasketch(file: str) -> Pairs:
    """`datasketch`: MinHash in bands, as its documentation does it, hashing a document's shingles at once."""
    peer = module("datasketch")
    index = peer.MinHashLSH(threshold=THRESHOLD, num_perm=HASHES)
    found: Pairs = []
    for place, runs in enumerate(shingles(file)):
        sketch = peer.MinHash(num_perm=HASHES)
        sketch.update_batch([run.encode() for run in runs])
        found += [(other, place) for other in index.query(sketch)]
        index.insert(place, sketch, check_duplication=False)
    return found


def rensa(file: str) -> Pairs:
    """`rensa`: the same in Rust."""
    peer = module("rensa")
    index = peer.RMinHashLSH(threshold=THRESHOLD, num_perm=HASHES, num_bands=16)
    found: Pairs = []
    for place, runs in enumerate(shingles(file)):
        sketch = peer.RMinHash(num_perm=HASHES, seed=1)
        sketch.update(runs)
        found += [(other, place) for other in index.query(sketch)]
        index.insert(place, sketch)
    return found


PEERS: dict[str, Callable[[str], Pairs]] = {"datasketch": datasketch, "rensa": rensa}


def main() -> None:
    """Run one peer over one file, or say which there are."""
    if len(sys.argv) == 1:
        print(", ".join(name for name in PEERS if importlib.util.find_spec(name)) or "no peer is installed")
        return
    name, file = sys.argv[1:]
    started = time.perf_counter()
    found = PEERS[name](file)
    print(json.dumps({"seconds": time.perf_counter() - started, "pairs": found}))


if __name__ == "__main__":
    main()
