"""The report of ambiguous names, dropped or under a condition, and why: all of them in ambiguous.tsv, a summary in ambiguous.md."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from ops.gazetteer.claims import NAMESAKES, TAKEN, Claims, Lexicon, Loss
from ops.gazetteer.sources import Draft

from wirewatch.core.entities.gazetteer import Rule
from wirewatch.core.text.folding import fold

_EXAMPLES = 3
_HEADER = ("form", "id", "name", "reason", "detail", "id of the other", "the other")


class Row(NamedTuple):
    """A line of the report. ``detail``: the languages of a common word, or why a name was dropped by hand."""

    form: str
    id: str
    name: str
    reason: str
    detail: str = ""
    other_id: str = ""
    other: str = ""


def rows(claims: Claims, drafts: Sequence[Draft], lexicon: Lexicon) -> list[Row]:
    """One row for each name an entity did not get or only under a condition, whatever the number of its case forms."""
    written = {draft.id: {" ".join(fold(name).split()) for name, _ in draft.names} for draft in drafts}
    lost: defaultdict[tuple[str, str, str], list[Loss]] = defaultdict(list)
    for loss in claims.losses:
        if claims.owner.get(loss.form) is not loss.draft:
            lost[loss.draft.id, loss.reason, loss.other.id if loss.other else ""].append(loss)
    found: set[Row] = set()
    for losses in lost.values():
        names = [loss for loss in losses if loss.form in written[loss.draft.id]]
        # Of a name that lost case forms only, one of them.
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
    if reason == TAKEN and loss.form not in claims.owner:
        reason = NAMESAKES
    row = Row(loss.form, loss.draft.id, loss.draft.name, f"dropped: {reason}", detail)
    other = claims.owner.get(loss.form, loss.other) if loss.other else None
    return row._replace(other_id=other.id, other=other.name) if other else row


def _conditions(form: str, rule: Rule, lexicon: Lexicon) -> Iterable[tuple[str, str]]:
    if rule.common:
        languages = lexicon.words.get(form, frozenset()) | lexicon.nouns.get(form, frozenset())
        yield "condition: a common word, only where that cannot be meant", " ".join(sorted(languages))
    if rule.cue:
        yield "condition: a person's name or a code too, only behind a preposition of place", ""
    elif rule.person:
        yield "condition: a given name too, not before another name", ""
    if rule.exact:
        yield "condition: a short acronym or a word in capitals, only in capitals", ""
    if rule.only:
        yield "condition: something else in other languages, only in some", " ".join(sorted(rule.only))


def write(folder: Path, found: Sequence[Row], version: str) -> None:
    """Write both files."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = ("\t".join(row).rstrip("\t") for row in (_HEADER, *found))
    (folder / "ambiguous.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "ambiguous.md").write_text(summary(found, version), encoding="utf-8")


def summary(found: Sequence[Row], version: str) -> str:
    """A table of the reasons with their number and examples."""
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
    """A few rows from all over the alphabet, of names in Latin letters if there are such."""
    group = [row for row in group if row.form.isascii()] or list(group)
    step = max(1, len(group) // _EXAMPLES)
    return list(group[step // 2 :: step][:_EXAMPLES])


def _example(row: Row) -> str:
    notes = [row.detail, row.other and f"also {row.other}, {row.other_id}"]
    return f"{row.form}, {row.name}, {row.id}" + "".join(f" ({note})" for note in notes if note)
