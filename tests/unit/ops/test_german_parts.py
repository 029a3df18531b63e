from ops.german_parts.build import TARGET, Counts, build, curated

from wirewatch.core.search.compounds import CompoundSplitter

SENTENCES = [
    "Heute kommt die Waffe mit der Lieferung an .",
    "Heute kommen keine Waffen und keine Lieferungen an .",
    "Heute kommt die Waffenlieferung an mit Merkel aus Berlin .",
    "Sitzung der kurze Kurze kurze kurze kurze",
]


def test_parts_are_nouns_that_do_not_come_apart() -> None:
    entries = curated("# comment\nGipfel head\nAtom first\nBerlinfahrt whole\nLieferung\nMerkel\nKurze none\n")
    rows = [tuple(line.split("\t")) for line in build(Counts(SENTENCES * 30), entries)]
    assert rows == [
        ("atom", "200", "first"),
        ("gipfel", "200", "head"),
        ("lieferung", "230"),
        ("merkel", "200"),
        ("waffe", "60"),
        ("berlinfahrt", "0", "whole"),
    ]


def test_compounds_of_known_parts_are_no_parts() -> None:
    lines = build(Counts(SENTENCES * 10), ())
    assert [line.split("\t")[0] for line in lines] == ["lieferung", "waffe"]


def test_the_shipped_list_is_one_a_splitter_can_read() -> None:
    splitter = CompoundSplitter.read(TARGET.read_text(encoding="utf-8"))
    assert [part.base for part in splitter.split("waffenlieferungen")] == ["waffe", "lieferung"]
