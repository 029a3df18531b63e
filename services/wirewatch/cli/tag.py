"""``tag``: what is found in a text, at once and without a store."""

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from wirewatch.bootstrap.taggers import Taggers, build_taggers
from wirewatch.cli.options import PARTLY_DONE, AsJson, Fast, settings_from
from wirewatch.cli.terminal import output, talk
from wirewatch.core.article import Entity, Language, Mention
from wirewatch.core.errors import SourceError
from wirewatch.core.ingest.language import language_of
from wirewatch.core.text.document import Document

# The body of an article is the text of this interface.
_FIELD = {"title": "title", "body": "text"}


class TagRequest(msgspec.Struct):
    """One line of ``--input``."""

    id: str | int
    text: str = ""
    title: str = ""
    language: str | None = None


def tag(
    text: Annotated[str | None, typer.Argument(help="The text.")] = None,
    *,
    file: Annotated[Path | None, typer.Option(help="A text file.")] = None,
    lines: Annotated[
        str | None, typer.Option("--input", help="JSON lines {id, text, title?, language?} from a file, or - for stdin.")
    ] = None,
    title: Annotated[str, typer.Option(help="Headline of the text.")] = "",
    language: Annotated[str | None, typer.Option(help="Language as declared, such as de; a text too short to tell takes it.")] = None,
    explain: Annotated[bool, typer.Option("--explain", help="Also show what was dropped, and why.")] = False,
    fast: Fast = False,
    as_json: AsJson = False,
) -> None:
    """Find language, entities and topics of a text. Offsets are code points of the field as it was given.

    Examples: `wirewatch tag --explain "Sanktionen gegen Iran"` · `wirewatch tag --json --input texts.jsonl`
    """
    if sum(source is not None for source in (text, file, lines)) != 1:
        raise typer.BadParameter("give one of: a text, --file, --input")
    settings = settings_from(fast=fast)
    tagger = _Tagger(build_taggers(settings), explain=explain)
    if lines is not None:
        _tag_lines(tagger, lines)
        return
    request = TagRequest(id=1, text=text if text is not None else _read(file), title=title, language=language)
    result = tagger.tag(request)
    if as_json:
        typer.echo(msgspec.json.encode(result))
    else:
        _print(result)


class _Tagger:
    def __init__(self, taggers: Taggers, *, explain: bool) -> None:
        self._taggers = taggers
        self._explain = explain

    def tag(self, request: TagRequest) -> dict[str, Any]:
        language = self._language(request)
        document = Document.of(title=request.title, body=request.text, language=language.code)
        entities = self._taggers.entities.tag(document)
        topics = self._taggers.topics.tag(document)
        found: dict[str, Any] = {
            "id": request.id,
            "language": language.code,
            "entities": [_mentioned(e, m) for e in entities for m in e.mentions if not m.part],
            "parts": [_mentioned(e, m) for e in entities for m in e.mentions if m.part],
            "topics": [
                {
                    "id": t.id,
                    "score": t.score,
                    "evidence": [msgspec.to_builtins(item) | {"field": _FIELD[item.field]} for item in t.evidence],
                }
                for t in topics
            ],
        }
        if self._explain:
            dropped = (*self._taggers.entities.explain(document).dropped, *self._taggers.topics.explain(document).dropped)
            found["not_taken"] = [item | {"field": "text" if item["field"] == "body" else item["field"]} for item in dropped]
        return found

    def _language(self, request: TagRequest) -> Language:
        return language_of(
            request.title, request.text, declared=request.language, identify=self._taggers.identify, languages=self._taggers.languages
        )


def _mentioned(entity: Entity, mention: Mention) -> dict[str, Any]:
    return {
        "start": mention.start,
        "end": mention.end,
        "type": entity.type,
        "id": entity.id,
        "name": entity.name,
        "text": mention.text,
        "field": _FIELD[mention.field],
    }


def _read(file: Path | None) -> str:
    try:
        return file.read_text(encoding="utf-8-sig") if file else ""
    except UnicodeDecodeError as error:
        raise SourceError(f"{file}: not UTF-8 (byte {error.start}); convert it first") from None
    except OSError as error:
        raise SourceError(f"{file}: can't be read ({error.strerror})") from None


def _tag_lines(tagger: _Tagger, source: str) -> None:
    """One line out for each line in; a bad one is reported on standard error."""
    faults = 0
    decoder = msgspec.json.Decoder(TagRequest)
    for number, line in enumerate(_lines(source), 1):
        if line.isspace():
            continue
        try:
            request = decoder.decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            faults += 1
            talk().print(
                f"wirewatch: {source}, line {number}: {error}; expected {{id, text, title?, language?}}", style="red", markup=False
            )
            continue
        sys.stdout.buffer.write(msgspec.json.encode(tagger.tag(request)) + b"\n")
    if faults:
        raise typer.Exit(PARTLY_DONE)


def _lines(source: str) -> Iterator[bytes]:
    if source == "-":
        yield from sys.stdin.buffer
        return
    try:
        with Path(source).open("rb") as file:
            yield from file
    except OSError as error:
        raise SourceError(f"{source}: can't be read ({error.strerror})") from None


def _print(found: dict[str, Any]) -> None:
    console = output()
    console.print(f"language  {found['language']}", markup=False)
    for entity in found["entities"]:
        console.print(f"{entity['type']:<5} {_place(entity)}  {entity['text']!r} → {entity['name']} ({entity['id']})", markup=False)
    for part in found["parts"]:  # NATO in NATO-Gipfel, Russian in the Russian government
        console.print(f"{part['type']:<5} {_place(part)}  {part['text']!r}, a part → {part['name']} ({part['id']})", markup=False)
    for topic in found["topics"]:
        console.print(f"topic {topic['id']}  score {topic['score']:.2f}", markup=False)
        for item in topic["evidence"]:
            console.print(f"      {_place(item)}  {item['phrase']!r}  weight {item['weight']:g}, term {item['term']}", markup=False)
    if not found["entities"] and not found["parts"] and not found["topics"]:
        console.print("no entities, no topics", markup=False)
    _print_dropped(found.get("not_taken", ()))


def _print_dropped(dropped: Iterable[dict[str, Any]]) -> None:
    for item in dropped:
        output().print(f"not taken  {_place(item)}  {item['text']!r} ({item['what']}): {item['reason']}", markup=False)


def _place(item: dict[str, Any]) -> str:
    return f"{item['field']} {item['start']}–{item['end']}"
