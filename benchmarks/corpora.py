"""Native files into checked records against other parsers of the same files: one run, repeats interleaved, ratios.

python benchmarks/corpora.py [--setup] [--bigbio CHECKOUT] [--stream [N]] [--all] [--repeats 7] [--json]

The peers live in an environment of their own, .venv/peers, made by --setup from benchmarks/requirements.txt.
BigBio's loaders are on no package index: --bigbio names a checkout of bigscience-workshop/biomedical. The corpora are
those below the folder in TAIYI_REAL_CORPORA; without it generated samples are read.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from taiyi import corpora, jsonl, samples, strict_yaml
from taiyi.corpora import Descriptor, card, descriptor
from taiyi.errors import NotFound
from taiyi.ledger import Ledger

ROOT = Path(__file__).parent.parent
DESCRIPTORS = ROOT / "data" / "corpora"
EXPECTATIONS = ROOT / "tests" / "taiyi" / "corpora" / "real"
PEERS = ROOT / ".venv" / "peers"
MOST_RESIDENT_MIB = 500
"""What a stream of any length may hold."""


class Case(NamedTuple):
    """Splits of one corpus in one native format, and the peers that read it."""

    corpus: str
    splits: tuple[str, ...]
    form: str
    peers: tuple[str, ...]


def bigbio(corpus: str) -> tuple[str, str]:
    """BigBio's loader of a corpus, through `datasets` and by itself."""
    return f"BigBio {corpus}", f"BigBio {corpus}, parsing alone"


PUBTATOR = ("bioc, PubTator", "bioc, PubTator, validated", "bconv, PubTator")
BIOC_XML = ("bioc, BioC XML", "bconv, BioC XML")
CONLL = ("nltk, CoNLL", "bconv, CoNLL")
XML = ("lxml tree (floor)", "xml.etree tree (floor)")
DDI = ("test_ddi_drugbank", "test_ddi_medline", "test_ner_drugbank", "test_ner_medline")
REAL = (
    Case("bc5cdr", ("train", "test"), "PubTator", PUBTATOR),
    Case("bc5cdr", ("train_bioc",), "BioC XML", (*BIOC_XML, *bigbio("bc5cdr"))),
    Case("ncbi_disease", ("train", "dev", "test"), "PubTator", (*PUBTATOR, *bigbio("ncbi_disease"))),
    Case("biored", ("dev", "test"), "PubTator", (*PUBTATOR, *bigbio("biored"))),
    Case("biored", ("test_bioc_xml",), "BioC XML", BIOC_XML),
    Case("mlee", ("train_175",), "standoff", ("bioc, BRAT", *bigbio("mlee"))),
    Case("chia", ("train",), "BRAT", ("bioc, BRAT", *bigbio("chia"))),
    Case("ddi_corpus", ("test_brat",), "BRAT", ("bioc, BRAT", *bigbio("ddi_corpus"))),
    Case("jnlpba", ("test",), "IOB2", CONLL),
    Case("ddi_corpus", DDI, "DDI XML", XML),
    Case("cmeee_v2", ("dev",), "JSON", ("json (floor)",)),
)
TOLD_APART = ("train", "dev", "test")
SAMPLES = (
    Case("sample_cdr", TOLD_APART, "PubTator", PUBTATOR),
    Case("sample_variants", TOLD_APART, "BioC XML", BIOC_XML),
    Case("sample_events", TOLD_APART, "standoff", ("bioc, BRAT",)),
    Case("sample_anatomy", TOLD_APART, "IOB2", CONLL),
    Case("sample_cmeee", TOLD_APART, "JSON", ("json (floor)",)),
)


class Measured(NamedTuple):
    """One pass over the files of a case."""

    seconds: float
    documents: int
    mentions: int


class Peers:
    """The process that holds the peers; requests and answers are lines of JSON."""

    def __init__(self, python: Path, checkout: Path | None) -> None:
        command = [str(python), str(ROOT / "benchmarks" / "corpora_peers.py"), "--serve"]
        given = ["--bigbio", str(checkout.resolve())] if checkout else []
        self._process = subprocess.Popen([*command, *given], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def measure(self, peer: str, files: list[str]) -> Measured | str:
        """What the peer did with these files, or why it did not."""
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(json.dumps({"peer": peer, "files": files}) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline())
        if "seconds" in answer:
            return Measured(answer["seconds"], answer["documents"], answer["mentions"])
        return (
            f"missing: {answer['missing']}" if "missing" in answer else f"fails: {answer['failed'].replace('|', '/')}"
        )

    def close(self) -> None:
        """End the process, which ends with its input."""
        self._process.communicate()


def ours(case: Case, raw: Path) -> Measured:
    """One pass of our reader: every record made, with its invariants checked, and dropped, as a stage that streams does."""
    described = descriptor.find(case.corpus, DESCRIPTORS)
    documents = mentions = 0
    started = time.perf_counter()
    for split in case.splits:
        for record in corpora.read(described, split, raw, Ledger()):
            documents += 1
            mentions += len(getattr(record, "entities", ())) + len(getattr(record, "triggers", ()))
    return Measured(time.perf_counter() - started, documents, mentions)


def compare(case: Case, raw: Path, peers: Peers, repeats: int) -> dict[str, Any]:
    """Our reader and its peers in turn, after one pass each that warms the files and shows who can read them."""
    described = descriptor.find(case.corpus, DESCRIPTORS)
    files = [str(path) for split in case.splits for path in corpora.files(described, split, raw)]
    warmed = ours(case, raw)
    first = {peer: peers.measure(peer, files) for peer in case.peers}
    mine: list[float] = []
    theirs: dict[str, list[float]] = {peer: [] for peer, answer in first.items() if isinstance(answer, Measured)}
    for repeat in range(repeats):
        names = ["", *theirs]
        for turn in range(len(names)):
            name = names[(turn + repeat) % len(names)]
            if not name:
                mine.append(ours(case, raw).seconds)
            elif isinstance(again := peers.measure(name, files), Measured):
                theirs[name].append(again.seconds)
    return {
        "corpus": case.corpus,
        "splits": case.splits,
        "format": case.form,
        "documents": warmed.documents,
        "mentions": warmed.mentions,
        "bytes": sum(Path(file).stat().st_size for file in files),
        "milliseconds": _summary([1e3 * seconds for seconds in mine]),
        "peers": [_peer(peer, answer, mine, theirs) for peer, answer in first.items()],
    }


def _peer(name: str, first: Measured | str, mine: list[float], theirs: dict[str, list[float]]) -> dict[str, Any]:
    if isinstance(first, str):
        return {"name": name, "says": first}
    return {
        "name": name,
        "documents": first.documents,
        "mentions": first.mentions,
        "milliseconds": _summary([1e3 * seconds for seconds in theirs[name]]),
        "ratio": _summary([peer / own for peer, own in zip(theirs[name], mine, strict=True)]),
    }


def _summary(values: list[float]) -> dict[str, float]:
    return {"median": statistics.median(values), "least": min(values), "most": max(values)}


def peak_mib() -> float:
    """The most that this process ever held in memory (not what its parent held, which getrusage would inherit)."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def _generate(task: tuple[Path, str, int]) -> dict[str, float]:
    folder, corpus, documents = task
    started = time.perf_counter()
    samples.write(folder, documents=documents, corpora=(corpus,))
    return {"seconds": time.perf_counter() - started, "peak_mib": peak_mib()}


def _stream(task: tuple[Path, str, int]) -> dict[str, float]:
    folder, corpus, _ = task
    found = ours(Case(corpus, ("train",), "", ()), folder)
    return {"seconds": found.seconds, "documents": found.documents, "peak_mib": peak_mib()}


def stream(corpus: str, documents: int) -> dict[str, Any]:
    """A generated corpus written and read back, each in a fresh process; RuntimeError where one holds too much."""
    with tempfile.TemporaryDirectory(prefix="taiyi-stream-") as name:
        task = (Path(name) / "corpora", corpus, documents)
        with multiprocessing.get_context("spawn").Pool(1, maxtasksperchild=1) as pool:
            written, read = pool.apply(_generate, (task,)), pool.apply(_stream, (task,))
        size = sum(path.stat().st_size for path in task[0].rglob("*") if path.is_file())
    for what, found in (("writing", written), ("reading", read)):
        if found["peak_mib"] > MOST_RESIDENT_MIB:
            raise RuntimeError(f"{what} {documents} documents of {corpus} took {found['peak_mib']:.0f} MiB")
    rate = read["documents"] / read["seconds"]
    return {"corpus": corpus, "bytes": size, "written": written, "read": read, "documents_per_second": rate}


def _at_hand(raw: Path) -> Iterator[tuple[int, str, str]]:
    """The bytes, corpus and split of everything that tests/taiyi/corpora/test_real_corpora.py compares."""
    for path in sorted(EXPECTATIONS.glob("*.yaml")):
        described = _described(path.stem)
        for split in strict_yaml.load(path)["splits"]:
            try:
                yield sum(file.stat().st_size for file in corpora.files(described, split, raw)), path.stem, split
            except NotFound as error:
                print(f"missing: {error}", file=sys.stderr)


def _described(corpus: str) -> Descriptor:
    own = EXPECTATIONS / "descriptors"  # what is at hand and none of the described corpora
    return descriptor.find(corpus, own if (own / f"{corpus}.yaml").exists() else DESCRIPTORS)


def _harmonise(task: tuple[str, str, Path, Path]) -> int:
    """As pipelines/harmonize does: records and what their card says, as JSON Lines."""
    corpus, split, raw, folder = task
    described, ledger = _described(corpus), Ledger()
    look = card.Look(described, split, ledger)
    count = jsonl.write(folder / f"{corpus}.{split}.jsonl", look.over(corpora.read(described, split, raw, ledger)))
    jsonl.write_json(folder / f"{corpus}.{split}.card.json", look.card())
    return count


def harmonise(raw: Path, processes: int) -> dict[str, Any]:
    """Wall seconds for every split at hand, the largest first."""
    found = sorted(_at_hand(raw), reverse=True)
    with tempfile.TemporaryDirectory(prefix="taiyi-records-") as name:
        tasks = [(corpus, split, raw, Path(name)) for _, corpus, split in found]
        started = time.perf_counter()
        with multiprocessing.get_context("spawn").Pool(processes) as pool:
            records = sum(pool.map(_harmonise, tasks, chunksize=1))
        seconds = time.perf_counter() - started
    size = sum(size for size, _, _ in found)
    return {"processes": processes, "seconds": seconds, "splits": len(found), "records": records, "bytes": size}


@contextmanager
def native_files() -> Iterator[tuple[Path, tuple[Case, ...]]]:
    """The folder of the real corpora, or of generated ones, and what to read there."""
    if real := os.environ.get("TAIYI_REAL_CORPORA"):
        yield Path(real), REAL
        return
    with tempfile.TemporaryDirectory(prefix="taiyi-samples-") as name:
        folder = Path(name) / "corpora"
        samples.write(folder, documents=1000, corpora=[case.corpus for case in SAMPLES])
        yield folder, SAMPLES


def reading(options: argparse.Namespace) -> list[dict[str, Any]]:
    """Every case against its peers."""
    python = options.peers or (PEERS / "bin" / "python")
    if not python.exists():
        print(f"{python} does not exist: peers run in this environment; --setup makes theirs", file=sys.stderr)
        python = Path(sys.executable)
    rows: list[dict[str, Any]] = []
    peers = Peers(python, options.bigbio)
    with native_files() as (raw, cases):
        for case in cases:
            try:
                rows.append(compare(case, raw, peers, options.repeats))
            except NotFound as error:
                print(f"missing: {error}", file=sys.stderr)
    peers.close()
    return rows


def tables(result: dict[str, Any]) -> str:
    """The results as Markdown; a ratio over 1 says that ours is faster."""
    lines: list[str] = []
    if "reading" in result:
        lines += [
            f"median of {result['repeats']} repeats (range); ratio: the peer's time by ours",
            "",
            "| corpus, format | documents, mentions | taiyi, ms | peer | it finds | ms | ratio |",
            "|---|---|---|---|---|---|---|",
        ]
        lines += [_line(row, peer) for row in result["reading"] for peer in row["peers"]]
    if found := result.get("stream"):
        lines += [
            "",
            f"{found['corpus']}: {found['read']['documents']} documents, {found['bytes'] / 2**20:.0f} MiB: written in "
            f"{found['written']['seconds']:.0f} s holding {found['written']['peak_mib']:.0f} MiB; read in "
            f"{found['read']['seconds']:.0f} s, {found['documents_per_second']:.0f} documents/s, "
            f"holding {found['read']['peak_mib']:.0f} MiB",
        ]
    for found in result.get("all", ()):
        lines += [
            "",
            f"{found['splits']} splits, {found['records']} records, {found['bytes'] / 2**20:.0f} MiB of native files, "
            f"{found['processes']} process(es): {found['seconds']:.1f} s",
        ]
    return "\n".join(lines).lstrip("\n")


def _line(row: dict[str, Any], peer: dict[str, Any]) -> str:
    start = f"| {row['corpus']}, {row['format']} | {row['documents']}, {row['mentions']} | {_range(row['milliseconds'], 1)} | {peer['name']} |"
    if "says" in peer:
        return f"{start} {peer['says']} | | |"
    return f"{start} {peer['documents']}, {peer['mentions']} | {_range(peer['milliseconds'], 1)} | {_range(peer['ratio'], 2)} |"


def _range(found: dict[str, float], digits: int) -> str:
    return f"{found['median']:.{digits}f} ({found['least']:.{digits}f}-{found['most']:.{digits}f})"


def _setup() -> None:
    """The environment of the peers."""
    venv.create(PEERS, with_pip=True)
    requirements = ROOT / "benchmarks" / "requirements.txt"
    subprocess.run([str(PEERS / "bin" / "python"), "-m", "pip", "install", "-q", "-r", str(requirements)], check=True)


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--setup", action="store_true", help="make the environment of the peers, and no more")
    parser.add_argument("--peers", type=Path, help="the Python of another environment with the peers")
    parser.add_argument("--bigbio", type=Path, help="a checkout of bigscience-workshop/biomedical")
    parser.add_argument(
        "--stream", type=int, nargs="?", const=1_000_000, metavar="N", help="stream N documents instead"
    )
    parser.add_argument("--corpus", default="sample_cdr", help="the sample corpus to stream")
    parser.add_argument("--all", action="store_true", help="harmonise every real split at hand instead")
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of a table")
    options = parser.parse_args()
    if options.setup:
        _setup()
        return
    result: dict[str, Any] = {"repeats": options.repeats}
    if options.stream:
        result["stream"] = stream(options.corpus, options.stream)
    if options.all:
        real = os.environ.get("TAIYI_REAL_CORPORA") or parser.error("--all reads the corpora of TAIYI_REAL_CORPORA")
        result["all"] = [harmonise(Path(real), processes) for processes in (1, 2)]
    if not (options.stream or options.all):
        result["reading"] = reading(options)
    print(json.dumps(result, indent=2) if options.json else tables(result))


if __name__ == "__main__":
    main()
