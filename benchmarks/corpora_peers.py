"""The peers of corpora.py, in an environment of their own: each parses the files it is given and counts what it found.

python benchmarks/corpora_peers.py names the peers that are installed; with --serve DIR it times them, one request a line.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import json
import logging
import sys
import tempfile
import time
import types
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

Counts = tuple[int, int]
"""Documents and mentions. They differ between parsers that call other things by these names; the table shows both."""
Parser = Callable[[Sequence[str]], Counts]


def module(name: str) -> Any:
    """A peer's module; imported by name, because none of them is installed where types are checked."""
    return importlib.import_module(name)


def bioc_pubtator(files: Sequence[str]) -> Counts:
    """`bioc`: PubTator, as its documentation reads it; nothing is compared with the text."""
    documents = mentions = 0
    pubtator = module("bioc.pubtator")
    for file in files:
        with open(file, encoding="utf-8") as stream:
            for document in pubtator.iterparse(stream):
                documents += 1
                mentions += len(document.annotations)
    return documents, mentions


def bioc_pubtator_checked(files: Sequence[str]) -> Counts:
    """The same with the package's own validation: every mention is its text, every relation's first end is there."""
    documents = mentions = 0
    pubtator = module("bioc.pubtator")
    for file in files:
        with open(file, encoding="utf-8") as stream:
            for document in pubtator.iterparse(stream):
                pubtator.validate(document, onerror=_ignored)
                documents += 1
                mentions += len(document.annotations)
    return documents, mentions


def _ignored(_: str) -> None:
    """Differences by white space, which these corpora have, are errors to it; the check counts, not the answer."""


def bioc_xml(files: Sequence[str]) -> Counts:
    """`bioc`: BioC XML, document by document."""
    documents = mentions = 0
    biocxml = module("bioc.biocxml")
    for file in files:
        for document in biocxml.BioCXMLDocumentReader(file):
            documents += 1
            mentions += sum(len(passage.annotations) for passage in document.passages)
    return documents, mentions


def bioc_brat(files: Sequence[str]) -> Counts:
    """`bioc`: each text with its annotation files."""
    documents = mentions = 0
    brat = module("bioc.brat")
    for file in files:
        Path(file).read_text(encoding="utf-8")
        for path in _annotations(file):
            with path.open(encoding="utf-8") as stream:
                mentions += len(brat.load_ann(stream).entities)
        documents += 1
    return documents, mentions


def _annotations(text: str) -> Iterable[Path]:
    return (path for suffix in (".a1", ".a2", ".ann") if (path := Path(text).with_suffix(suffix)).exists())


def bconv(form: str) -> Parser:
    """`bconv`, which also parts sections into sentences and tokens."""

    def parse(files: Sequence[str]) -> Counts:
        documents = mentions = 0
        for file in files:
            for document in module("bconv").load(file, fmt=form, mode="lazy"):
                documents += 1
                mentions += sum(1 for _ in document.iter_entities())
        return documents, mentions

    return parse


def nltk_conll(files: Sequence[str]) -> Counts:
    """`nltk`: tokens and tags of sentences; a mention begins with B-, nothing is chunked, documents are not told apart."""
    sentences = mentions = 0
    reader, allowed = module("nltk.corpus.reader.conll").ConllCorpusReader, module("nltk.data").path
    for file in files:
        if str(Path(file).parent) not in allowed:
            allowed.append(str(Path(file).parent))  # it opens no file elsewhere
        corpus = reader(str(Path(file).parent), [Path(file).name], ("words", "ne"), encoding="utf-8")
        for sentence in corpus._grids():
            sentences += 1
            mentions += sum(len(row) > 1 and row[1].startswith("B-") for row in sentence)
    return sentences, mentions


def lxml_floor(files: Sequence[str]) -> Counts:
    """`lxml`: a parsed tree and no more."""
    etree = module("lxml.etree")
    trees = [etree.parse(file) for file in files]
    return sum(len(tree.findall(".//document")) or 1 for tree in trees), sum(
        len(tree.findall(".//entity")) for tree in trees
    )


def etree_floor(files: Sequence[str]) -> Counts:
    """The standard library's XML: a parsed tree and no more."""
    trees = [ElementTree.parse(file) for file in files]
    return sum(len(tree.findall(".//document")) or 1 for tree in trees), sum(
        len(tree.findall(".//entity")) for tree in trees
    )


def json_floor(files: Sequence[str]) -> Counts:
    """The standard library's JSON: dictionaries and no more."""
    found = [item for file in files for item in json.loads(Path(file).read_text(encoding="utf-8"))]
    return len(found), sum(len(item.get("entities", ())) for item in found)


PARSERS: dict[str, tuple[Parser, str]] = {
    "bioc, PubTator": (bioc_pubtator, "bioc"),
    "bioc, PubTator, validated": (bioc_pubtator_checked, "bioc"),
    "bconv, PubTator": (bconv("pubtator"), "bconv"),
    "bioc, BioC XML": (bioc_xml, "bioc"),
    "bconv, BioC XML": (bconv("bioc_xml"), "bconv"),
    "bioc, BRAT": (bioc_brat, "bioc"),
    "nltk, CoNLL": (nltk_conll, "nltk"),
    "bconv, CoNLL": (bconv("conll"), "bconv"),
    "lxml tree (floor)": (lxml_floor, "lxml"),
    "xml.etree tree (floor)": (etree_floor, "xml"),
    "json (floor)": (json_floor, "json"),
}
"""Each peer, and the package that must be installed for it."""

PARSING = ", parsing alone"
BIGBIO: dict[str, Callable[[Any, Sequence[str]], Iterable[tuple[Any, dict[str, Any]]]]] = {
    "bc5cdr": lambda loader, files: _each(files, lambda file: loader._generate_examples(filepath=file, split="")),
    "ncbi_disease": lambda loader, files: _each(files, lambda file: loader._generate_examples(filepath=file, split="")),
    "biored": lambda loader, files: _each(files, lambda file: loader._generate_examples(filepath=file, split="")),
    "mlee": lambda loader, files: loader._generate_examples(data_files=Path(files[0]).parent),
    "chia": lambda loader, files: loader._generate_examples(file_paths=iter(files)),
    "ddi_corpus": lambda loader, files: _each(
        sorted({str(Path(file).parent) for file in files}),
        lambda folder: loader._generate_examples(filepath=folder, split=""),
    ),
}
"""BigBio's loaders and how each is handed its files, past the download."""


def _each(
    items: Sequence[str], generate: Callable[[str], Iterable[tuple[Any, dict[str, Any]]]]
) -> Iterable[tuple[Any, dict[str, Any]]]:
    for item in items:
        yield from generate(item)


def bigbio(checkout: Path, corpus: str, *, stored: bool) -> Parser:
    """The loader's own generator of examples in the `bigbio_kb` schema, past its download.

    stored: as `datasets.load_dataset` gives them, written as an Arrow table and iterated from there; else as generated,
    which nobody gets, but it tells what parsing alone costs.
    """
    logging.disable(logging.WARNING)
    package = types.ModuleType("bigbio_loaders")
    package.__path__ = []
    sys.modules["bigbio_loaders"] = package
    hub = _load("bigbio_loaders.bigbiohub", next(checkout.rglob("bigbiohub.py")))
    loaders = _load(f"bigbio_loaders.{corpus}", next(checkout.rglob(f"{corpus}/{corpus}.py")))
    kind = next(
        value
        for value in vars(loaders).values()
        if isinstance(value, type) and value.__module__ == loaders.__name__ and hasattr(value, "_generate_examples")
    )
    loader: Any = object.__new__(kind)
    loader.config = types.SimpleNamespace(name=f"{corpus}_bigbio_kb", schema="bigbio_kb", subset_id=corpus)

    def parse(files: Sequence[str]) -> Counts:
        examples: Iterable[dict[str, Any]] = (example for _, example in BIGBIO[corpus](loader, files))
        with tempfile.TemporaryDirectory(prefix="bigbio-") as folder:
            if stored:
                examples = _stored(examples, hub.kb_features, f"{folder}/examples.arrow")
            documents = mentions = 0
            for example in examples:
                documents += 1
                mentions += len(example["entities"])
        return documents, mentions

    return parse


def _stored(examples: Iterable[dict[str, Any]], features: Any, path: str) -> Iterable[dict[str, Any]]:
    """As datasets' GeneratorBasedBuilder stores what its generator yields, and as a Dataset gives it back."""
    with module("datasets.arrow_writer").ArrowWriter(features=features, path=path) as writer:
        for example in examples:
            writer.write(features.encode_example(example))
        writer.finalize()
    yield from module("datasets").Dataset.from_file(path)


def _load(name: str, path: Path) -> types.ModuleType:
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None and spec.loader is not None
    loaded = importlib.util.module_from_spec(spec)
    sys.modules[name] = loaded
    spec.loader.exec_module(loaded)
    return loaded


def parser(name: str, checkout: Path | None) -> Parser:
    """The peer of that name; ImportError where it is not installed, FileNotFoundError without BigBio's checkout."""
    if name.startswith("BigBio "):
        if checkout is None:
            raise FileNotFoundError("no checkout of bigscience-workshop/biomedical; give --bigbio DIR")
        module("datasets")
        return bigbio(checkout, name.removeprefix("BigBio ").split(",")[0], stored=not name.endswith(PARSING))
    parse, package = PARSERS[name]
    module(package)
    return parse


def answer(request: dict[str, Any], made: dict[str, Parser], checkout: Path | None) -> dict[str, Any]:
    """What a peer did with its files: seconds and counts, or why it could not."""
    name = request["peer"]
    try:
        if name not in made:
            made[name] = parser(name, checkout)
        started = time.perf_counter()
        documents, mentions = made[name](request["files"])
        seconds = time.perf_counter() - started
    except (ImportError, StopIteration, FileNotFoundError) as error:
        return {"missing": f"{error or 'the loader is not in the checkout'}"}
    except Exception as error:  # a peer that fails on real files is a finding, and each has its own errors
        return {"failed": " ".join(f"{type(error).__name__}: {error}".split())[:100]}
    return {"seconds": seconds, "documents": documents, "mentions": mentions}


def serve(checkout: Path | None) -> None:
    """Answers requests {peer, files} from standard input until it ends."""
    made: dict[str, Parser] = {}
    answers, sys.stdout = sys.stdout, sys.stderr  # peers print
    for line in sys.stdin:
        print(json.dumps(answer(json.loads(line), made, checkout)), file=answers, flush=True)


def main() -> None:
    """Serve, or say what is there."""
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--serve", action="store_true")
    options.add_argument("--bigbio", type=Path, default=None, help="a checkout of bigscience-workshop/biomedical")
    given = options.parse_args()
    if given.serve:
        serve(given.bigbio)
        return
    for name, (_, package) in PARSERS.items():
        print(f"{name}: {'installed' if importlib.util.find_spec(package) else 'missing'}")


if __name__ == "__main__":
    main()
