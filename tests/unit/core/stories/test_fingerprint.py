from wirewatch.core.stories.fingerprint import FINGERPRINT_SIZE, fingerprint, similarity
from wirewatch.core.text.folding import fold

AGENCY = (
    "Die Außenminister von zwölf Staaten haben am Montag in Genf über die Kontrolle von Mittelstreckenraketen beraten. Ein Ergebnis "
    "gab es zunächst nicht. Die Gespräche sollen am Dienstag fortgesetzt werden, teilte das Schweizer Außenministerium mit. Streit gibt "
    "es vor allem über die Frage, wie die Einhaltung eines Abkommens überprüft werden könnte. Mehrere Delegationen sprachen sich "
    "für Inspektionen aus."
)
OTHER = (
    "Nach dem Sturm an der Küste sind noch immer Tausende Haushalte ohne Strom. Die Netzbetreiber rechnen damit, dass die Reparaturen bis "
    "Mittwoch dauern. In mehreren Gemeinden bleiben die Schulen geschlossen, der Fährverkehr zu den Inseln ruht. Verletzt wurde niemand."
)


def of(text: str) -> tuple[int, ...]:
    return fingerprint(fold(text))


def test_a_copy_with_small_edits_is_alike() -> None:
    copy = AGENCY.replace("am Montag", "zu Wochenbeginn") + " (Nordpost)"
    assert similarity(of(AGENCY), of(copy)) > 0.6


def test_another_report_is_not() -> None:
    assert similarity(of(AGENCY), of(OTHER)) == 0


def test_case_accents_and_punctuation_do_not_count() -> None:
    assert of(AGENCY) == of(AGENCY.title().replace(".", " –"))


def test_sizes() -> None:
    assert len(of(AGENCY)) == FINGERPRINT_SIZE
    assert of(AGENCY) == tuple(sorted(of(AGENCY)))
    assert len(of("zwei Worte")) == 1
    assert of("") == ()
    assert similarity((), ()) == 0
    assert similarity(of(AGENCY), ()) == 0
