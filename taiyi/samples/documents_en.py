"""English annotated documents: drugs and diseases, variants, chemicals, events, anatomy."""

from __future__ import annotations

from taiyi.samples.draws import Case
from taiyi.samples.items import Annotated, Draft, Link, Mention, Name
from taiyi.samples.names import CELLS, CONCEPTS, DISEASES, DRUGS, GENES, TISSUES, TOXICITIES, VARIANTS

GROUPS = ("adults", "children", "women", "men", "infants", "smokers", "volunteers", "older patients")
WEEKS = tuple(str(n) for n in range(2, 34))

_CAUSED = (
    ("{drug} and {disease}: a case report.", "We report {weeks} {group} with {disease} caused by {drug}."),
    ("{disease} caused by {drug}.", "In {group}, {disease} developed after {weeks} weeks of {drug}."),
    ("{drug}-induced {disease}.", "After {weeks} weeks, {drug} induced {disease} in {group}."),
    ("A case of {disease} after {drug}.", "In {group}, {disease} was caused by {drug} for {weeks} weeks."),
)
_TREATED = (
    ("{drug} for {disease}.", "We treated {disease} in {group} with {drug} for {weeks} weeks."),
    ("Treatment of {disease} with {drug}.", "In {group}, {drug} improved {disease} after {weeks} weeks."),
    ("{drug} protects against {disease}.", "After {weeks} weeks, {drug} prevented {disease} in {group}."),
    ("Use of {drug} in {disease}.", "No side effect of {drug} was seen in {weeks} {group} with {disease}."),
)
_LAST = (
    "The dose was reduced.", "All patients recovered.", "Blood tests were normal.", "The study is open.",
    "No patient died.", "Follow-up was short.", "{second} was not given.", "Others received {second}.",
)  # fmt: skip


def drug(case: Case, *besides: Name) -> Name:
    """A drug with its concept, which is none of those of `besides`: relations are between concepts."""
    taken = {name.concept for name in besides}
    name = case.name(DRUGS, *(n for n in (*DRUGS.seen, *DRUGS.unseen) if CONCEPTS[n] in taken))
    return Name(name, "Chemical", CONCEPTS[name])


def disease(case: Case) -> Name:
    """A disease with its concept."""
    name = case.name(DISEASES)
    return Name(name, "Disease", CONCEPTS[name])


def cdr(case: Case) -> Annotated:
    """A drug that causes a disease (a relation), or treats it (none); one in eight has a composite mention."""
    caused = case.toss(10) < 6
    first = drug(case)
    sick = _composite(case) if case.toss(8) == 0 else disease(case)
    title, body = case.pick(_CAUSED if caused else _TREATED)
    last = case.pick(_LAST)
    draft = Draft(drug=first, disease=sick, group=lambda: case.pick(GROUPS), weeks=lambda: case.pick(WEEKS))
    if "{second}" in last:
        draft.slots["second"] = lambda: drug(case, first)
    draft.add("title", title)
    draft.add("abstract", f"{body} {last}{case.note(' Case {}.')}")
    pairs = tuple(("CID", first.concept, concept) for concept in sick.concept.split("|")) if caused else ()
    return draft.done(relations=pairs)


def _composite(case: Case) -> Name:
    one = case.pick(TOXICITIES)
    other = case.pick([t for t in TOXICITIES if t != one])
    return Name(f"{one.split()[0]} and {other}", "Disease", f"{CONCEPTS[one]}|{CONCEPTS[other]}", f"{one}|{other}")


_ASSOCIATIONS = (
    ("Positive_Correlation", "{variant} in {gene} increases the risk of {disease}.", "{group} with {variant} had more {disease}"),
    ("Positive_Correlation", "{gene} {variant} promotes {disease}.", "The risk of {disease} was increased by {variant} in {group}"),
    ("Negative_Correlation", "{variant} in {gene} protects against {disease}.", "{group} with {variant} had less {disease}"),
    ("Negative_Correlation", "{gene} {variant} prevents {disease}.", "The risk of {disease} was reduced by {variant} in {group}"),
    ("Association", "{variant} in {gene} is associated with {disease}.", "We linked {variant} to {disease} in {group}"),
    ("Association", "{gene} {variant} and {disease}.", "{variant} was associated with {disease} in {group}"),
)  # fmt: skip
_GENE_FINDINGS = ("{gene} was sequenced", "{gene} was not lost", "we studied {gene}", "{gene} was expressed")
_PARTED = "{first} and {second} were seen as well."


def variants(case: Case) -> Annotated:
    """A gene's variant and its effect on a disease; one in eight names two tissues of one damage, one discontinuous."""
    kind, title, body = case.pick(_ASSOCIATIONS)
    gene, variant, sick = case.name(GENES), case.name(VARIANTS), case.name(DISEASES)
    draft = Draft(
        gene=Name(gene, "Gene", CONCEPTS[gene]),
        variant=Name(variant, "Variant", CONCEPTS[variant]),
        disease=Name(sick, "Disease", CONCEPTS[sick]),
        group=lambda: case.pick(GROUPS),
    )
    draft.add("title", title)
    finding = case.pick(_GENE_FINDINGS)
    draft.add("abstract", f"{body}, and {finding}.{case.note(' Family {}.')}")
    if case.toss(8) == 0:
        _parted(case, draft)
    return draft.done(relations=((kind, CONCEPTS[variant], CONCEPTS[sick]),))


def _parted(case: Case, draft: Draft) -> None:
    """Append `renal and hepatic toxicity ...` to the abstract: the first damage is discontinuous."""
    one = case.pick(TOXICITIES)
    other = case.pick([t for t in TOXICITIES if t != one])
    start = len(draft.text) + 1
    stem = one.split()[0]
    draft.text += f" {stem} and {other} were seen as well."
    second = start + len(stem) + len(" and ")
    end = second + len(other)
    spans = ((start, start + len(stem)), (end - len("toxicity"), end))
    draft.mentions.append(Mention(spans, Name(one, "Disease", CONCEPTS[one])))
    draft.mentions.append(Mention(((second, end),), Name(other, "Disease", CONCEPTS[other])))
    kind, begin, _ = draft.passages[-1]
    draft.passages[-1] = (kind, begin, len(draft.text))


_CHEMISTRY = (
    "Samples of {one} were mixed with {two} at {weeks} degrees.",
    "The yield of {one} fell when {two} was added for {weeks} minutes.",
    "We prepared {one} from {two} in {weeks} steps.",
    "Both {one} and {two} were stable for {weeks} days.",
    "At {weeks} degrees, {one} was soluble and {two} was not.",
    "The structure of {one} is close to that of {two}, with {weeks} atoms.",
)
_CHEMICAL_TITLES = ("Synthesis of {one}.", "Stability of {one}.", "A note on {one} and {two}.", "How {one} is made.")


def chemicals(case: Case) -> Annotated:
    """Two drugs in the laboratory."""
    first = drug(case)
    draft = Draft(one=first, two=drug(case, first), weeks=lambda: case.pick(WEEKS))
    draft.add("title", case.pick(_CHEMICAL_TITLES))
    draft.add("abstract", case.pick(_CHEMISTRY) + case.note(" Batch {}."))
    return draft.done()


_PROCESSES = (
    ("Gene_expression", "expression"), ("Phosphorylation", "phosphorylation"), ("Localization", "localization"),
    ("Transcription", "transcription"), ("Protein_catabolism", "degradation"), ("Binding", "binding"),
)  # fmt: skip
_REGULATIONS = (
    ("Positive_regulation", "increases"), ("Negative_regulation", "inhibits"), ("Positive_regulation", "enhances"),
    ("Negative_regulation", "blocks"), ("Regulation", "controls"), ("Regulation", "regulates"),
)  # fmt: skip
_OPENINGS = ("We show that", "Here", "In these cells", "Our data suggest that", "In mice", "As expected,")
_CLOSINGS = ("in {weeks} samples", "after {weeks} hours", "in {weeks} mice", "at day {weeks}")


def events(case: Case) -> Annotated:
    """A regulation of a process: an event whose theme is an event; some negated or speculative, some with an alias."""
    process_type, process = case.pick(_PROCESSES)
    regulation_type, regulation = case.pick(_REGULATIONS)
    cause = case.name(GENES)
    theme = case.name(GENES, cause)
    denied, doubted = (case.toss(5) == 0, case.toss(5) == 0)
    alias, repeated = case.toss(5) < 3, case.toss(3) == 0
    draft = Draft(
        cause=Name(cause, "Gene"), theme=Name(theme, "Gene"), alias=Name(f"{cause}A", "Gene"),
        regulation=Name(f"{regulation[:-1]}" if denied or doubted else regulation, regulation_type),
        process=Name(process, process_type), it=Name("this gene", "Anaphor"), weeks=lambda: case.pick(WEEKS),
        other=Name("found", "Gene_expression"),
    )  # fmt: skip
    named = "{cause} (also called {alias})" if alias else "{cause}"
    verb = " does not" if denied else " may" if doubted else ""
    closing = case.pick(_CLOSINGS)
    draft.add("sentence", f"{case.pick(_OPENINGS)} {named}{verb} {{regulation}} {{process}} of {{theme}} {closing}.")
    if repeated:
        draft.add("sentence", "In adults, {it} was {other}.")
    if note := case.note("Experiment {}."):
        draft.add("sentence", note)
    return _linked(draft, "Negation" if denied else "Speculation" if doubted else "")


def _linked(draft: Draft, modifier: str) -> Annotated:
    """Entities first (they are given), then triggers; the events and what refers to one thing."""
    of = {id(name): slot for slot, name in draft.slots.items()}
    ordered = sorted(draft.mentions, key=lambda m: (m.name.type != "Gene", m.spans))
    at = {of[id(m.name)]: number for number, m in enumerate(ordered)}
    events = [
        Link(ordered[at["process"]].name.type, at["process"], (("Theme", "T", at["theme"]),)),
        Link(
            ordered[at["regulation"]].name.type, at["regulation"],
            (("Theme", "E", 0), ("Cause", "T", at["cause"])), modifier,
        ),
    ]  # fmt: skip
    if "it" in at:
        events.append(Link("Gene_expression", at["other"], (("Theme", "T", at["it"]),)))
    return draft.done(
        mentions=tuple(ordered),
        events=tuple(events),
        groups=((at["cause"], at["alias"]),) if "alias" in at else (),
        corefers=((at["it"], at["theme"]),) if "it" in at else (),
        given=sum(m.name.type == "Gene" for m in ordered),
    )


_ANATOMY = (
    "Staining of {tissue} showed many {cells} .",
    "The {cells} of {tissue} were positive for {protein} .",
    "In {tissue} , {protein} was found in {cells} .",
    "We isolated {cells} from {tissue} and measured {protein} .",
    "Loss of {protein} damaged {tissue} after {weeks} weeks .",
    "Most {cells} entered {tissue} within {weeks} days .",
)
_ANATOMY_LAST = (
    "No {protein} was found in {group} .", "This was confirmed in {group} .", "The {protein} level rose in {group} .",
    "Only {weeks} samples were used .", "The {protein} was active in {weeks} samples .",
)  # fmt: skip


def anatomy(case: Case) -> Annotated:
    """Two tokenised sentences about cells, tissues and proteins."""
    draft = Draft(
        tissue=lambda: Name(case.name(TISSUES), "tissue"), cells=lambda: Name(f"{case.name(CELLS)}s", "cell_type"),
        protein=lambda: Name(f"{case.name(GENES)} protein", "protein"), group=lambda: case.pick(GROUPS), weeks=lambda: case.pick(WEEKS),
    )  # fmt: skip
    draft.add("sentence", case.pick(_ANATOMY))
    draft.add("sentence", case.pick(_ANATOMY_LAST))
    if note := case.note("Series {} ."):
        draft.add("sentence", note)
    return draft.done()
