"""TT-ts: a text turned into a structured one, `Section: text` or `小节：text` line by line."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence

from taiyi.instances import Context, Draft, Items, Outcome, Parsed, Style
from taiyi.metrics import sections
from taiyi.metrics.measures import Metric
from taiyi.records import AnyRecord, Output, Transform
from taiyi.tasks import Fields, Fitting, TaskSpec, grammar, json_forms
from taiyi.tasks.tc import listed

_WORDED = ("decision_tree",)

FITTING = Fitting("whole")
GROUPS = {"default": Fields(("text", "sections"), lists=("sections",)), "decision_tree": Fields(("text", "sections"))}


def instances(record: AnyRecord, spec: TaskSpec) -> Iterator[Draft]:
    """One draft per record with a sectioned output: the first is gold, the others are references.

    fields: text; sections, those asked for: all that the corpus declares, else the record's own. Native sections that
    a corpus with declarations does not declare, and empty ones, are left out.
    """
    if not isinstance(record, Transform) or not record.annotated:
        return
    outputs = [_sections(record, output, spec) for output in record.outputs if output.sections]
    if not outputs:
        return
    gold, *others = [output for output in outputs if output] or [()]
    if not gold:
        raise record.refuse("none of the sections asked for has a text")
    offered = tuple(dict.fromkeys(spec.types.values())) or tuple(dict.fromkeys(str(name) for name, _ in gold))
    aliases = {alias: name for alias, name in spec.aliases.items() if name in offered}
    context = Context(offered=offered, aliases=aliases, operation=spec.operation, language=record.language)
    yield Draft(
        fields={"text": record.input.strip(), "sections": listed(offered, record.language)},
        gold=gold,
        context=context,
        wording=spec.operation if spec.operation in _WORDED else "default",
        references=tuple(dict.fromkeys(answer(other, context, "taiyi") for other in others)),
    )


def answer(gold: Items, context: Context, style: Style) -> str:
    """One section after the other, a line of a text that would read as a heading indented by one blank.

    A text that would not be read back so (it holds a model's special tokens, say) is written as JSON pairs.
    Style json: `{"Section":"text"}`, a list of such objects where a section comes twice.
    """
    if style == "json":
        return json_forms.written(json_forms.keyed([(str(name), value) for name, value in gold]))
    text = sections.written(gold, context)
    return text if parse(text, context).items == gold else json.dumps(gold, ensure_ascii=False)


def parse(text: str, context: Context, *, prompt: str = "") -> Parsed:
    """The sections, in the order of the text; a section without text is left out.

    A heading is an offered name and a colon at the start of a line; on an answer of one line also after a sentence.
    What stands before the first heading is noted. JSON, as an object or as pairs, is read as well.
    """
    read_json = _json(text, context)
    if read_json:
        return read_json
    bare = (
        text.strip()
        if re.match(sections.heading(context), text.strip()) and not _wrapped(text)
        else grammar.clean(text, prompt)
    )
    if not bare.strip():
        return Parsed("empty")
    if "\n" not in bare.strip():
        bare = re.sub(rf"(?<=[.;。；！!])[ \t]*(?={sections.heading(context)})", "\n", bare)
    preamble, found = sections.read(bare, context)
    read = _parsed(found, preamble)
    if read.status != "unparsed":
        return read
    return Parsed("refusal") if grammar.is_refusal(bare) else read


def metric(outcomes: Sequence[Outcome]) -> Metric:
    """ROUGE-L, the mean over sections, against the best reference."""
    return Metric("rouge_l")


def _sections(record: Transform, output: Output, spec: TaskSpec) -> Items:
    """The sections asked for that have a text, under the names asked for."""
    found = []
    for section in output.sections:
        name = spec.types.get(section.name, "") if spec.types else section.name.strip()
        if (not spec.types and not name) or re.search(r"[:：\n]", name):
            raise record.refuse(
                f"the section {section.name!r} cannot be a heading", "name it, without a colon or line break"
            )
        if name and section.text.strip():
            found.append((name, section.text.strip()))
    return tuple(found)


def _wrapped(text: str) -> bool:
    """Whether special tokens or reasoning must be cleaned away first."""
    return bool(re.search(r"<\|?/?\w+\|?>", text))


def _parsed(pairs: Sequence[tuple[str, str]], preamble: str) -> Parsed:
    items = tuple((name, text) for name, text in pairs if text)
    if not pairs:
        return Parsed("unparsed", (), (preamble[:80],))
    return Parsed("ok" if items else "empty", items, (preamble[:80],) if preamble else ())


def _json(text: str, context: Context) -> Parsed | None:
    """The offered sections of a JSON object, or of a list of objects or pairs; None for any other text."""
    text = text.strip()
    text = text if text[:1] in ("[", "{") else grammar.unwrapped(text).strip()
    found = json_forms.found(text, texts=True) if text[:1] in ("[", "{", "`") else None
    if not found:
        return None
    parts = found.value if isinstance(found.value, list) else [found.value]
    rows = [row for part in parts for row in (part.items() if isinstance(part, dict) else [part])]
    texts = [row for row in rows if isinstance(row, list | tuple) and [*map(type, row)] == [str, str]]
    named = [(sections.named(name, context), body.strip()) for name, body in texts]
    items = tuple((name, body) for name, body in named if name in context.offered and body)
    unknown = tuple(name for name, _ in named if name not in context.offered)
    if items:
        return Parsed("partial" if unknown or found.cut else "ok", items, unknown)
    return Parsed("off_schema" if unknown else "empty" if named or not rows else "unparsed", (), unknown)
