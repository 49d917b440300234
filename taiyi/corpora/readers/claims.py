"""Claims and the abstracts that they are checked against (SciFact): JSON lines for both, joined by the abstracts' ids."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from taiyi.corpora import readers
from taiyi.corpora.readers import Source, files, json_files
from taiyi.corpora.readers.json_files import Fields
from taiyi.errors import InvalidInput
from taiyi.records import Classification


class Options(readers.Options, frozen=True, kw_only=True):
    """Options of the reader of claims.

    abstracts: the file with the abstracts, beside that of the claims.
    gold: "withheld" for claims of which neither the abstracts nor the evidence are told.
    """

    abstracts: str = "corpus.jsonl"
    gold: Literal["required", "withheld"] = "required"


def read(source: Source, options: Options) -> Iterator[Classification]:
    """One record for a claim and an abstract that it cites, labelled with what the evidence there says of it; without
    evidence it has no label. Where the gold is withheld, one for a claim. The abstracts are held in memory.
    """
    ids = files.RecordIds(source)
    for path in source.files:
        abstracts = {} if options.gold == "withheld" else _abstracts(path.parent / options.abstracts)
        for value in json_files.values(path, layout="lines"):
            claim = json_files.fields(value, " ")
            key, text = claim.text("id"), f"Claim: {claim.text('claim')}"
            with files.located(value.where):
                if options.gold == "withheld":
                    yield Classification(id=ids.of(key), language=source.language, text=text, annotated=False)
                    continue
                for document, labels in _evidence(claim, abstracts).items():
                    yield Classification(
                        id=ids.of(f"{key}.{document}"),
                        language=source.language,
                        document_id=document,
                        text=f"{text}\nAbstract: {' '.join(abstracts[document])}",
                        labels=labels,
                    )


def _abstracts(path: Path) -> dict[str, list[str]]:
    """Title and sentences by id."""
    if not path.exists():
        raise InvalidInput(
            "the file with the abstracts is not there", where=path, remedy="the option abstracts names it"
        )
    found: dict[str, list[str]] = {}
    for value in json_files.values(path, layout="lines"):
        fields = json_files.fields(value, " ")
        key = fields.text("doc_id")
        if key in found:
            raise fields.refuse(f"the abstract {key} stands twice")
        sentences = fields.get("abstract")
        if not isinstance(sentences, list):
            raise fields.refuse("'abstract' is no list", "an abstract is a list of its sentences")
        found[key] = [fields.text("title"), *(fields.written(item, "abstract").strip() for item in sentences)]
    return found


def _evidence(claim: Fields, abstracts: dict[str, list[str]]) -> dict[str, tuple[str, ...]]:
    """The labels of each abstract that the claim cites; none where it holds no evidence."""
    given = claim.get("evidence")
    if not isinstance(given, dict):
        raise claim.refuse(
            "'evidence' is no object", "it has the ids of abstracts; set gold to withheld where it is not told"
        )
    labels: dict[str, tuple[str, ...]] = dict.fromkeys((*claim.texts("cited_doc_ids"), *given), ())
    for document in labels:
        if document not in abstracts:
            raise claim.refuse(f"the abstract {document} is not among the abstracts", "both files are of one release")
        for evidence in Fields(claim.where, {"of": given.get(document, [])}).items("of"):
            last = len(abstracts[document]) - 2
            wrong = [n for n in map(str, evidence.texts("sentences")) if (files.number(n) is None or int(n) > last)]
            if wrong:
                raise claim.refuse(f"abstract {document} has no sentence {wrong[0]}", f"sentences are 0 to {last}")
            labels[document] = tuple(dict.fromkeys((*labels[document], evidence.text("label"))))
    return labels
