import pytest

from wirewatch.core.article import Language
from wirewatch.core.language import Identify, declared_code, language_of

LONG = "Die Außenminister sprachen in Genf über die Kontrolle der Rüstung und über neue Sanktionen gegen mehrere Banken. " * 2


def sure(_text: str) -> tuple[str, float]:
    return "de", 0.99


def doubtful(_text: str) -> tuple[str, float]:
    return "lb", 0.3


def clueless(_text: str) -> tuple[str, float]:
    return "la", 0.1


@pytest.mark.parametrize(
    ("tag", "code"), [("de", "de"), ("de-AT", "de"), ("PT_br", "pt"), (" en ", "en"), ("deu", None), ("", None), (None, None), ("1", None)]
)
def test_declared_code(tag: str | None, code: str | None) -> None:
    assert declared_code(tag) == code


def test_a_long_clear_text_decides() -> None:
    assert language_of("", LONG, declared="en", identify=sure) == Language("de", 0.99, "detected")


def test_a_short_text_takes_what_its_source_declared() -> None:
    assert language_of("Summit", "", declared="en", identify=sure) == Language("en", 1.0, "declared")
    assert language_of("Gipfel", "", declared=None, identify=sure) == Language("de", 0.99, "detected")


def test_doubt_goes_to_the_source_then_to_the_guess() -> None:
    assert language_of("", LONG, declared="de", identify=doubtful) == Language("de", 1.0, "declared")
    assert language_of("", LONG, declared=None, identify=doubtful) == Language("lb", 0.3, "detected")
    assert language_of("", LONG, declared=None, identify=clueless).code == "und"


def test_a_text_without_letters_has_no_language() -> None:
    assert language_of("", "12 – 345 !!! \U0001f600", declared=None, identify=sure) == Language("und", 0.0, "none")
    assert language_of("", "", declared=None, identify=sure).origin == "none"


def test_only_a_text_that_is_not_clear_at_a_glance_is_looked_at_longer() -> None:
    looked_at: list[int] = []

    def glancing(confidence: float) -> Identify:
        def identify(text: str) -> tuple[str, float]:
            looked_at.append(len(text))
            return ("lb", confidence) if len(looked_at) == 1 else ("de", 0.99)

        return identify

    assert language_of("", LONG * 3, declared=None, identify=glancing(0.9)).code == "lb"
    assert len(looked_at) == 1
    looked_at.clear()
    assert language_of("", LONG * 3, declared=None, identify=glancing(0.6)).code == "de"
    assert looked_at[0] < looked_at[1] < len(LONG * 3)
