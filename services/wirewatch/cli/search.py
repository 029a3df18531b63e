"""``search``: articles in the store, by the query language of docs/search.md."""

from typing import Annotated, Any, get_args

import msgspec
import typer
from rich.console import Console
from rich.text import Text

from wirewatch.bootstrap.stores import open_articles
from wirewatch.bootstrap.taggers import build_analyser
from wirewatch.cli.options import AsJson, Database, settings_from
from wirewatch.cli.terminal import output
from wirewatch.core.search.analysis import Analyser
from wirewatch.core.search.parser import parse
from wirewatch.core.search.query import Query
from wirewatch.core.search.snippets import Snippet, snippet
from wirewatch.ports.store import Bucket, Count, FacetField, Hit, Sort, TimeCount

_FACETS: tuple[FacetField, ...] = get_args(FacetField)
_BAR = 40


def search(
    query: Annotated[
        str,
        typer.Argument(help='Words, "phrases", AND OR NOT ( ), prefix*, entity: person: org: place: topic: lang: source: after: before:.'),
    ] = "",
    *,
    database: Database = None,
    sort: Annotated[Sort, typer.Option(help="Order of the articles.")] = "relevance",
    limit: Annotated[int, typer.Option(min=1, max=1_000, help="Articles a page.")] = 10,
    page: Annotated[int, typer.Option(min=1, help="Which page.")] = 1,
    facets: Annotated[
        bool, typer.Option("--facets", help="Also count persons, organisations, places, topics, languages and sources.")
    ] = False,
    timeline: Annotated[Bucket | None, typer.Option(help="Also count articles by hour, day, week or month.")] = None,
    as_json: AsJson = False,
) -> None:
    """Find articles. Without a query, all of them.

    Examples: `wirewatch search 'Sanktion* NOT topic:sport'` · `wirewatch search '"arms control" person:putin after:2026-11-01' --facets`
    """
    tree = parse(query)
    store = open_articles(settings_from(database=database), database)
    analyser = build_analyser()
    try:
        found = store.search(tree, sort=sort, limit=limit, offset=(page - 1) * limit)
        counts = store.facets(tree, _FACETS) if facets else {}
        buckets = store.timeline(tree, timeline) if timeline else ()
    finally:
        store.close()
    if as_json:
        typer.echo(msgspec.json.encode(_answer(found.total, [_hit(hit, tree, analyser) for hit in found.hits], counts, buckets)))
        return
    console = output()
    console.print(f"{found.total:,} article{'' if found.total == 1 else 's'}" + (f", page {page}" if page > 1 else ""))
    for hit in found.hits:
        _print_hit(console, hit, snippet(hit.article, tree, analyser))
    _print_counts(console, counts)
    _print_timeline(console, buckets)


def _hit(hit: Hit, query: Query, analyser: Analyser) -> dict[str, Any]:
    article = hit.article
    return {
        "score": hit.score,
        "snippet": snippet(article, query, analyser),
        **{name: getattr(article, name) for name in ("id", "title", "url", "source", "published_at", "first_seen_at", "flags")},
        "language": article.language.code,
        **{name: getattr(article, name) for name in ("persons", "organisations", "places")},
        "topics": article.topic_ids,
    }


def _answer(
    total: int, hits: list[dict[str, Any]], counts: dict[FacetField, tuple[Count, ...]], buckets: tuple[TimeCount, ...]
) -> dict[str, Any]:
    answer: dict[str, Any] = {"total": total, "hits": hits}
    if counts:
        answer["facets"] = counts
    if buckets:
        answer["timeline"] = buckets
    return answer


def _print_hit(console: Console, hit: Hit, found: Snippet) -> None:
    article = hit.article
    console.print()
    console.print(Text(article.title or "(no title)", style="bold"))
    stamp = f"{article.time:%Y-%m-%d %H:%M}" + ("" if article.published_at else " (first seen)")
    console.print(Text(" · ".join(filter(None, (stamp, article.language.code, article.source, article.url))), style="dim"))
    text = Text(found.text)
    for start, end in found.highlights:
        text.stylize("bold reverse", start, end)
    console.print(text)
    names = (*article.persons, *article.organisations, *article.places)
    console.print(Text(" · ".join((*(f"#{topic}" for topic in article.topic_ids), *names[:8])), style="cyan"))


def _print_counts(console: Console, counts: dict[FacetField, tuple[Count, ...]]) -> None:
    for field, values in counts.items():
        if values:
            console.print(Text(f"\n{field}", style="bold"))
            console.print(Text("  " + ", ".join(f"{count.value} {count.count:,}" for count in values)))


def _print_timeline(console: Console, buckets: tuple[TimeCount, ...]) -> None:
    most = max((bucket.count for bucket in buckets), default=1)
    if buckets:
        console.print()
    for bucket in buckets:
        bar = "█" * max(1, round(_BAR * bucket.count / most)) if bucket.count else ""
        console.print(Text(f"{bucket.start:%Y-%m-%d %H:%M}  {bucket.count:>7,}  {bar}"))
