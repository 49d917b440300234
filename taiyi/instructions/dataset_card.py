"""The card of an exported `datasets` folder: YAML front matter as the Hugging Face hub reads it, and what people need.

Fields and values after https://github.com/huggingface/hub-docs/blob/main/datasetcard.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from taiyi.licences import Licence

NAME = "README.md"

_HUB_LICENCES = frozenset(
    """
    apache-2.0 mit bsd bsd-2-clause bsd-3-clause cc cc0-1.0 cc-by-2.0 cc-by-2.5 cc-by-3.0 cc-by-4.0 cc-by-sa-3.0
    cc-by-sa-4.0 cc-by-nc-2.0 cc-by-nc-3.0 cc-by-nc-4.0 cc-by-nd-4.0 cc-by-nc-nd-3.0 cc-by-nc-nd-4.0 cc-by-nc-sa-2.0
    cc-by-nc-sa-3.0 cc-by-nc-sa-4.0 gpl gpl-2.0 gpl-3.0 lgpl-3.0 odc-by odbl unlicense
    """.split()
)
_CATEGORIES = {
    "ner": "token-classification",
    "nen": "token-classification",
    "tc": "text-classification",
    "tp_te": "text-classification",
    "tp_ss": "sentence-similarity",
    "qa_mc": "question-answering",
    "qa_cqa": "question-answering",
    "qa_sqa": "question-answering",
    "mt": "translation",
    "tt_ds": "summarization",
}
"""Task -> the hub's category; all are text generation besides."""
_SIZES = (("n<1K", 10**3), ("1K<n<10K", 10**4), ("10K<n<100K", 10**5), ("100K<n<1M", 10**6), ("1M<n<10M", 10**7))


class Contents(msgspec.Struct, frozen=True, kw_only=True):
    """What was exported: rows by use, corpus, task and language, and the licence of every corpus that is in it."""

    uses: dict[str, int]
    corpora: dict[str, int]
    tasks: dict[str, int]
    languages: dict[str, int]
    licences: dict[str, Licence]


def written(contents: Contents, splits: Mapping[str, str], made: Mapping[str, str]) -> str:
    """The card as Markdown. splits: use -> name of its split; made: how the data was made, name -> digest or version."""
    import yaml

    matter = yaml.safe_dump(_front_matter(contents, splits), sort_keys=False, allow_unicode=True)
    rows = sum(contents.uses.values())
    return "\n".join(
        (
            f"---\n{matter}---\n",
            "# Biomedical instructions\n",
            f"{rows:,} conversations from {len(contents.corpora)} corpora, made with taiyi. Each row has the columns "
            "`id` (corpus/split/key#task.language.template), `corpus`, `task`, `language`, `licence`, `licence_terms` "
            "and `messages` (role and content, the gold answer last).\n",
            "## Sizes\n",
            *_table(("split", "rows"), [(splits[use], f"{count:,}") for use, count in contents.uses.items()]),
            *_table(("task", "rows"), [(task, f"{count:,}") for task, count in contents.tasks.items()]),
            "## Licences\n",
            "Every row stands under the licence of its corpus, as the corpus's publishers state it.\n",
            *_table(("corpus", "rows", "licence", "terms", "stated at"), _licence_rows(contents)),
            "## How it was made\n",
            *_table(("what", ""), [(name, f"`{value}`") for name, value in made.items()]),
        )
    )


def _front_matter(contents: Contents, splits: Mapping[str, str]) -> dict[str, Any]:
    rows = sum(contents.uses.values())
    names = {licence.name for licence in contents.licences.values()}
    known = sorted(name.lower() for name in names if name.lower() in _HUB_LICENCES)
    others = sorted(name for name in names if name.lower() not in _HUB_LICENCES)
    matter: dict[str, Any] = {"language": list(contents.languages), "license": [*known, *(["other"] if others else [])]}
    if others:
        matter["license_name"] = "; ".join(others)
    return matter | {
        "task_categories": sorted(
            {"text-generation", *(_CATEGORIES.get(t, "text-generation") for t in contents.tasks)}
        ),
        "tags": ["biology", "medical", "instruction-tuning"],
        "size_categories": [next((name for name, most in _SIZES if rows < most), "10M<n<100M")],
        "configs": [
            {
                "config_name": "default",
                "data_files": [
                    {"split": splits[use], "path": f"data/{splits[use]}-*.parquet"} for use in contents.uses
                ],
            }
        ],
    }


def _licence_rows(contents: Contents) -> list[tuple[str, ...]]:
    return [
        (corpus, f"{contents.corpora[corpus]:,}", licence.name, licence.terms, licence.source)
        for corpus, licence in contents.licences.items()
    ]


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> list[str]:
    """A Markdown table; what would end a cell is escaped."""
    lines = (head, tuple("---" for _ in head), *rows)
    return [*("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines), ""]
