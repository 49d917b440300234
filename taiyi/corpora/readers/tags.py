"""BIO tags, one for each character of a text, as mentions; and what lists say of mentions in their order."""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from taiyi.corpora.readers.json_files import Fields
from taiyi.corpora.readers.mentions import OnMismatch
from taiyi.ledger import Ledger


class Chunk(NamedTuple):
    """A mention: its type and characters, half-open."""

    type: str
    start: int
    end: int


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """What happens to tags and lists that do not fit: refused, or dropped with a row in the ledger."""

    fields: Fields
    owner: str
    ledger: Ledger
    on_mismatch: OnMismatch

    def settle(self, rule: str, problem: str, remedy: str) -> None:
        """Refuses, or notes what is dropped or, by the rule's name, repaired."""
        if self.on_mismatch == "refuse":
            raise self.fields.refuse(
                f"{self.owner}: {problem}", f"{remedy}; or set the option on_mismatch to repair or drop"
            )
        self.ledger.note(self.owner, rule, problem, action="dropped" if rule.endswith("dropped") else "repaired")


def chunks(tags: list[str], text: str, policy: Policy) -> list[Chunk]:
    """The mentions that the tags of a text begin (B-) and continue (I-). Tags of another length are none of this text."""
    if len(tags) != len(text):
        policy.settle(
            "tags_dropped",
            f"{len(tags)} tags for a text of {len(text)} characters",
            "there is one tag for each character",
        )
        return []
    found: list[Chunk] = []
    for at, tag in enumerate(tags):
        prefix, _, kind = tag.partition("-")
        if tag == "O":
            continue
        if prefix not in ("B", "I") or not kind:
            raise policy.fields.refuse(f"{policy.owner}: {tag!r} is no BIO tag", "a tag is O, B-Symptom, I-Symptom ...")
        if prefix == "I" and found and found[-1].end == at and found[-1].type == kind:
            found[-1] = Chunk(kind, found[-1].start, at + 1)
        elif prefix == "B" or _begins(tag, text[at], policy):
            found.append(Chunk(kind, at, at + 1))
    return found


def _begins(tag: str, character: str, policy: Policy) -> bool:
    """Whether a tag that continues nothing begins a mention."""
    rule = "mention_repaired" if policy.on_mismatch == "repair" else "tag_dropped"
    policy.settle(rule, f"{tag} at {character!r} continues no mention", "a mention begins with B-")
    return policy.on_mismatch == "repair"


def listed(fields: Fields, key: str, chunks: list[Chunk], policy: Policy) -> dict[Chunk, str]:
    """What a list says of each of these mentions; nothing where no key is named or the list is of another length."""
    if not key:
        return {}
    value = fields.get(key)
    items = [fields.written(item, key) for item in value] if isinstance(value, list) else []
    if len(items) != len(chunks):
        policy.settle(
            f"{key}_dropped", f"{len(items)} of {key!r} for {len(chunks)} mentions", "there is one for each mention"
        )
        return {}
    return dict(zip(chunks, items, strict=True))
