import json
import re
from collections import Counter
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import msgspec
import pytest

import wirewatch
from wirewatch.core.article import Article
from wirewatch.core.ingest.dates import parse_time
from wirewatch.core.ingest.identity import canonical_url

DEMO = Path(wirewatch.__file__).parent / "data" / "demo"
LINES = (DEMO / "articles.jsonl").read_bytes().splitlines()
CORRECTED = "https://agentur-mitte.example/energie/preisdeckel-berichtigt"


def decoded(line: bytes) -> Article | None:
    try:
        return msgspec.json.decode(line, type=Article)
    except msgspec.DecodeError:
        return None


ARTICLES = [article for article in map(decoded, LINES) if article]
TEXT = "\n".join(f"{article.title}\n{article.body}" for article in ARTICLES)


def url_counts() -> Counter[str]:
    return Counter(url for article in ARTICLES if article.url and (url := canonical_url(article.url)))


def test_one_line_is_broken_and_not_the_last() -> None:
    broken = [number for number, line in enumerate(LINES, 1) if decoded(line) is None]

    assert len(broken) == 1
    assert broken[0] < len(LINES)


def test_the_readme_counts_what_is_there() -> None:
    readme = (DEMO / "README.md").read_text()
    languages = Counter((article.language or "not stated")[:2] for article in ARTICLES)

    assert f"holds {len(ARTICLES)} articles" in readme
    assert sorted(languages.values()) == sorted(int(count) for count in re.findall(r"\| (\d+) (?=\|)", readme))
    assert f"leaves {len(url_counts()) + sum(not article.url for article in ARTICLES)} articles" in readme


def test_only_known_fields_are_used() -> None:
    used = {key for line in LINES if decoded(line) for key in json.loads(line)}

    assert used == set(Article.__struct_fields__)


def test_nine_languages_german_first() -> None:
    languages = Counter(article.language[:2] for article in ARTICLES if article.language)

    assert set(languages) == {"de", "en", "fr", "es", "ru", "pt", "it", "uk", "pl"}
    assert [language for language, _ in languages.most_common(2)] == ["de", "en"]
    assert min(languages.values()) >= 4


def test_pages_are_there_once_but_for_those_that_are_there_twice_on_purpose() -> None:
    twice = [url for url, count in url_counts().items() if count > 1]

    assert set(twice) == {
        CORRECTED,
        "https://nordpost.example/politik/new-start-vertrag?id=1055",
        "https://meridianwire.example/asia/taiwan-strait-explained",
    }
    guids = Counter((article.source, article.guid) for article in ARTICLES if article.guid)
    assert [guid for guid, count in guids.items() if count > 1] == [("Agentur Mitte", "am-20261109-011")]


def test_outlets_cannot_be_real() -> None:
    hosts = {re.sub(r"^https://([^/]+)/.*", r"\1", article.url) for article in ARTICLES if article.url}

    assert all(host.endswith(".example") for host in hosts)
    assert all(url.endswith(".example") for url in re.findall(r"https?://([^/\"]+)", TEXT))
    assert len({article.source for article in ARTICLES}) == len(hosts) >= 12


def test_lengths_are_those_of_news() -> None:
    words = sorted(len((article.body or "").split()) for article in ARTICLES)

    assert words[0] == 3
    assert sum(count < 80 for count in words) == 3
    assert sum(count > 480 for count in words) == 3
    assert 100 <= words[len(words) // 2] <= 350


def test_dates_are_some_weeks_of_autumn_2026() -> None:
    times = [parse_time(article.published_at) if article.published_at is not None else None for article in ARTICLES]
    known = [time for time in times if time]

    assert times.count(None) == 1
    assert known.count(datetime(1970, 1, 1, tzinfo=UTC)) == 1
    autumn = [time for time in known if time.year != 1970]
    assert all(datetime(2026, 10, 1, tzinfo=UTC) <= time < datetime(2026, 11, 23, tzinfo=UTC) for time in autumn)
    assert (max(autumn) - min(autumn)).days > 42
    # A page's second copy and a correction come later than their date.
    assert sum(before > after for before, after in pairwise(autumn)) <= 3


def test_one_article_is_corrected_later() -> None:
    first, second = (article for article in ARTICLES if article.url == CORRECTED)

    assert first.updated_at is None
    assert second.updated_at
    assert first.published_at == second.published_at
    assert first.body != second.body


def test_one_text_went_to_several_outlets() -> None:
    copies = [article for article in ARTICLES if "Gymnich-Treffen" in (article.body or "")]
    bodies = [set((article.body or "").split()) for article in copies]

    assert len({article.source for article in copies}) == len({article.title for article in copies}) == 4
    assert all(len(body & bodies[0]) / len(body | bodies[0]) > 0.85 for body in bodies)


@pytest.mark.parametrize(
    "names",
    [
        ("Wladimir Putin", "Vladimir Putin", "Владимир Путин"),
        ("Wolodymyr Selenskyj", "Volodymyr Zelensky", "Volodymyr Zelenskyy", "Володимир Зеленський"),
        ("Kim Jong Un", "Kim Jong-un", "Ким Чен Ын"),
        ("Peking", "Beijing", "Pékin", "Пекин"),
        ("Kiew", "Kyjiw", "Kyiv", "Киев"),
        ("Vereinten Nationen (UN)", "UNO", "ONU", "ООН"),
        ("NATO", "Nato-", "OTAN", "НАТО"),
        ("Rüstungskontrollgespräche", "Wirtschaftssanktionen", "Waffenlieferungen", "Gipfeltreffen", "Außenministertreffen"),
        ("Atomwaffensperrvertrag", "Exportkontrollregime", "Energiesicherheit", "Abrüstung", "Waffenembargo"),
        ("auf einen Gipfel steigt", "Die Sanktion", "their arms", "sanctioned", "industry summit", "Panzer einer Schildkröte"),
        ("Ausrüstung einer Feuerwehr", "Sin embargo", "tennis court", "&uuml;", "<p>"),
    ],
)
def test_what_taggers_must_cope_with_is_there(names: tuple[str, ...]) -> None:
    assert [name for name in names if name not in TEXT] == []
