"""The report of ambiguous names that are dropped or have a condition, and why: all in ambiguous.tsv, a summary in ambiguous.md."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from ops.gazetteer.claims import CLAIMED, NAMESAKES, Claims, Lexicon, Loss
from ops.gazetteer.sources import Draft

from wirewatch.core.entities.gazetteer import Rule
from wirewatch.core.text.folding import fold

_EXAMPLES = 3
_HEADER = ("form", "id", "name", "reason", "detail", "id of the other", "the other")


class Row(NamedTuple):
    """A line of the report. ``detail``: the languages of a common word, or why dropped_names.csv has a name."""

    form: str
    id: str
    name: str
    reason: str
    detail: str = ""
    other_id: str = ""
    other: str = ""


def rows(claims: Claims, drafts: Sequence[Draft], lexicon: Lexicon) -> list[Row]:
    """Return a row for each name that an entity didn't get or only under a condition, however many case forms it has."""
    written = {draft.id: {" ".join(fold(name).split()) for name, _ in draft.names} for draft in drafts}
    lost: defaultdict[tuple[str, str, str], list[Loss]] = defaultdict(list)
    for loss in claims.losses:
        if claims.owner.get(loss.form) is not loss.draft:
            lost[loss.draft.id, loss.reason, loss.other.id if loss.other else ""].append(loss)
    found: set[Row] = set()
    for losses in lost.values():
        names = [loss for loss in losses if loss.form in written[loss.draft.id]]
        # If a name lost only case forms, one of them.
        for loss in names or [min(losses, key=lambda loss: (len(loss.form), loss.form))]:
            found.add(_lost(loss, claims))
    for draft in drafts:
        for form, reason in draft.refused:
            if (owner := claims.owner.get(form)) is not draft:
                found.add(_lost(Loss(form, draft, reason, owner), claims))
    for form, draft in claims.owner.items():
        if form in written[draft.id]:
            found |= {Row(form, draft.id, draft.name, *why) for why in _conditions(form, claims.rule[form], lexicon)}
    return sorted(found)


def _lost(loss: Loss, claims: Claims) -> Row:
    reason, _, detail = loss.reason.partition(": ")
    if reason == CLAIMED and loss.form not in claims.owner:
        reason = NAMESAKES
    row = Row(loss.form, loss.draft.id, loss.draft.name, f"dropped: {reason}", detail)
    other = claims.owner.get(loss.form, loss.other) if loss.other else None
    return row._replace(other_id=other.id, other=other.name) if other else row


def _conditions(form: str, rule: Rule, lexicon: Lexicon) -> Iterable[tuple[str, str]]:
    if rule.common:
        languages = lexicon.words.get(form, frozenset()) | lexicon.nouns.get(form, frozenset())
        yield "condition: also a common word, so only where that can't be meant", " ".join(sorted(languages))
    if rule.cue:
        yield "condition: also a person's name or a code, so only after a preposition of place", ""
    elif rule.person:
        yield "condition: also a given name, so not before another name", ""
    if rule.exact:
        yield "condition: a short acronym or a word in capitals, so only in capitals", ""
    if rule.only:
        yield "condition: something else in other languages, so only in some", " ".join(sorted(rule.only))


def write(folder: Path, found: Sequence[Row], version: str) -> None:
    """Write both files."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = ("\t".join(row).rstrip("\t") for row in (_HEADER, *found))
    (folder / "ambiguous.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "ambiguous.md").write_text(summary(found, version), encoding="utf-8")


def summary(found: Sequence[Row], version: str) -> str:
    """Return a table of the reasons, with numbers and examples, in Markdown."""
    by_reason: defaultdict[str, list[Row]] = defaultdict(list)
    for row in found:
        by_reason[row.reason].append(row)
    lines = [
        "# Ambiguous names",
        "",
        f"Written by `python -m ops.gazetteer.build` for the gazetteer of version {version}.",
        "Every name is in `ambiguous.tsv`.",
        "",
        "| reason | names | such as |",
        "|---|---:|---|",
    ]
    for reason, group in sorted(by_reason.items(), key=lambda item: (not item[0].startswith("dropped"), -len(item[1]), item[0])):
        lines.append(f"| {reason} | {len(group):,} | {'; '.join(map(_example, _spread(group)))} |")
    return "\n".join(lines) + "\n"


def _spread(group: Sequence[Row]) -> list[Row]:
    """Return a few rows from all over the alphabet, if possible of names in Latin letters."""
    group = [row for row in group if row.form.isascii()] or list(group)
    step = max(1, len(group) // _EXAMPLES)
    return list(group[step // 2 :: step][:_EXAMPLES])


def _example(row: Row) -> str:
    notes = [row.detail, row.other and f"also {row.other}, {row.other_id}"]
    return f"{row.form}, {row.name}, {row.id}" + "".join(f" ({note})" for note in notes if note)
