import pytest

from wirewatch.core.entities.context import dateline
from wirewatch.core.text.document import Document


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("ESSEN - Der Konzern", "ESSEN"),
        ("Essen (dpa) - Der Konzern", "Essen"),
        ("THE HAGUE, Netherlands (AP) — The court", "THE HAGUE"),
        ("ADDIS-ABEBA - Le gouvernement", "ADDIS-ABEBA"),
        ("МОСКВА (ТАСС) - Министр", "МОСКВА"),
        ("Essen - Der Konzern", None),  # any first words
        ("ESSEN-Der Konzern", None),
        ("Der Konzern\nESSEN - ", None),
        ("WAS DIE MINISTER IN BRÜSSEL SAGTEN - und was nicht", None),
        ("", None),
    ],
)
def test_where_a_report_comes_from(text: str, place: str | None) -> None:
    for field in Document.of(title="ESSEN - Ein Titel", body=text, language="de").fields:
        span = dateline(field)
        assert (span and field.text[span[0] : span[1]]) == (place if field.name == "body" else None)


@pytest.mark.parametrize(("text", "agency"), [("ESSEN - Der Konzern", False), ("ESSEN (dpa) - Der Konzern", True)])
def test_whether_an_agency_stands_behind_it(text: str, agency: bool) -> None:  # noqa: FBT001 - a table's column
    (field,) = Document.of(title="", body=text, language="de").fields
    assert dateline(field) == (0, 5, agency)
