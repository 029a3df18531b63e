import pytest
from tests.support.languages import LANGUAGES

from wirewatch.core.article import Language
from wirewatch.core.ingest.language import Identify, declared_code, language_of

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
    assert language_of("", LONG, declared="en", identify=sure, languages=LANGUAGES) == Language("de", 0.99, "detected")


def test_a_short_text_takes_what_its_source_declared() -> None:
    assert language_of("Summit", "", declared="en", identify=sure, languages=LANGUAGES) == Language("en", 1.0, "declared")
    assert language_of("Gipfel", "", declared=None, identify=sure, languages=LANGUAGES) == Language("de", 0.99, "detected")


def test_doubt_goes_to_the_source_then_to_the_guess() -> None:
    assert language_of("", LONG, declared="de", identify=doubtful, languages=LANGUAGES) == Language("de", 1.0, "declared")
    assert language_of("", LONG, declared=None, identify=doubtful, languages=LANGUAGES) == Language("lb", 0.3, "detected")
    assert language_of("", LONG, declared=None, identify=clueless, languages=LANGUAGES).code == "und"


def test_a_text_without_letters_has_no_language() -> None:
    assert language_of("", "12 – 345 !!! \U0001f600", declared=None, identify=sure, languages=LANGUAGES) == Language("und", 0.0, "none")
    assert language_of("", "", declared=None, identify=sure, languages=LANGUAGES).origin == "none"


def test_only_a_text_that_is_not_clear_at_a_glance_is_looked_at_longer() -> None:
    looked_at: list[int] = []

    def glancing(confidence: float) -> Identify:
        def identify(text: str) -> tuple[str, float]:
            looked_at.append(len(text))
            return ("lb", confidence) if len(looked_at) == 1 else ("de", 0.99)

        return identify

    assert language_of("", LONG * 3, declared=None, identify=glancing(0.9), languages=LANGUAGES).code == "lb"
    assert len(looked_at) == 1
    looked_at.clear()
    assert language_of("", LONG * 3, declared=None, identify=glancing(0.6), languages=LANGUAGES).code == "de"
    assert looked_at[0] < looked_at[1] < len(LONG * 3)


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("de", "Das Ministerium will die Liste der Waren, für die eine Genehmigung nötig ist, nach Angaben aus Berlin bis Mai kürzen."),
        ("en", "The ministry will shorten the list of goods which need a licence, said officials who have seen a draft of that decree."),
        ("fr", "Selon le ministère, une liste des biens soumis à licence sera publiée dans deux mois, mais pas avant le sommet prévu."),
        ("es", "El ministerio publicará la lista de los bienes y las tecnologías que necesitan licencia, según el borrador del decreto."),
        ("it", "Il ministero pubblica la lista dei beni che hanno bisogno della licenza, anche se il decreto è più breve del previsto."),
        ("pt", "O ministério não vai publicar uma lista dos bens que precisam de licença, mas um decreto também prevê multas pela venda."),
        ("ru", "Министерство опубликует перечень товаров, для которых нужна лицензия, после саммита, что вызвало вопросы: это его задача."),
        ("uk", "Міністерство оприлюднить перелік товарів, що потребують ліцензії, після саміту, але це його рішення ще не є остаточним."),
        ("pl", "Ministerstwo ogłosi listę towarów, dla których jest wymagana licencja, także przed szczytem, który się odbędzie w maju."),
    ],
)
def test_function_words_bear_out_the_declared_language_and_no_other(code: str, text: str) -> None:
    assert language_of("", 2 * text, declared=f"{code}-XX", identify=sure, languages=LANGUAGES) == Language(code, 1.0, "declared")
    for other in LANGUAGES.by_code.keys() - {code}:
        assert language_of("", 2 * text, declared=other, identify=sure, languages=LANGUAGES) == Language("de", 0.99, "detected")


@pytest.mark.parametrize(
    ("declared", "text"),
    [
        (
            "de",
            "De Minister huet e Méindeg zu Lëtzebuerg gesot, d'Lëscht vun de Wueren, fir déi een eng Lizenz brauch, am Mee méi kuerz gëtt.",
        ),
        (
            "de",
            "De minister zei maandag in Den Haag dat de lijst van goederen waarvoor een vergunning nodig is, in mei korter wordt dan nu.",
        ),
        (
            "es",
            "O ministro dixo onte en Lugo que a lista de bens para os que fai falta unha licenza vai ser máis curta a partir de maio.",
        ),
        (
            "es",
            "El ministre va dir dilluns a Barcelona que la llista de béns per als quals cal una llicència serà més curta a partir de maig.",
        ),
        (
            "pt",
            "O ministro dixo onte en Lugo que a lista de bens para os que fai falta unha licenza vai ser máis curta a partir de maio.",
        ),
        ("ru", "Министърът каза в понеделник в София, че списъкът на стоките, за които е нужен лиценз, ще бъде по-кратък от май нататък."),
        (
            "uk",
            "Міністр сказаў у панядзелак у Мінску, што спіс тавараў, на якія патрэбная ліцэнзія, з мая стане карацейшы, чым ён ёсць цяпер.",
        ),
        (
            "pl",
            "Ministr v pondělí v Praze řekl, že seznam zboží, na které je třeba licence, bude od května kratší, než je nyní podle zákona.",
        ),
    ],
)
def test_they_do_not_bear_out_a_neighbour(declared: str, text: str) -> None:
    assert language_of("", 2 * text, declared=declared, identify=sure, languages=LANGUAGES).origin == "detected"
