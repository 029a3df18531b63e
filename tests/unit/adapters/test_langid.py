import pytest

from wirewatch.adapters.langid import LangidIdentifier

IDENTIFIER = LangidIdentifier()


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("de", "Die Außenminister sprachen in Genf über die Kontrolle der Rüstung und über neue Sanktionen."),
        ("en", "The foreign ministers met in Geneva to discuss arms control and a new round of sanctions."),
        ("fr", "Les ministres des affaires étrangères se sont réunis à Genève pour parler de désarmement."),
        ("es", "Los ministros de Exteriores se reunieron en Ginebra para hablar del control de armas."),
        ("pt", "Os ministros das Relações Exteriores reuniram-se em Genebra para discutir novas sanções."),
        ("it", "I ministri degli Esteri si sono riuniti a Ginevra per discutere di nuove sanzioni."),
        ("ru", "Министры иностранных дел встретились в Женеве, чтобы обсудить контроль над вооружениями."),
        ("uk", "Міністри закордонних справ зустрілися в Женеві, щоб обговорити нові санкції."),
        ("pl", "Ministrowie spraw zagranicznych spotkali się w Genewie, aby omówić nowe sankcje."),
        ("ar", "اجتمع وزراء الخارجية في جنيف لمناقشة الحد من التسلح"),
        ("tr", "Dışişleri bakanları silahların kontrolünü görüşmek üzere Cenevre'de bir araya geldi."),
    ],
)
def test_languages_of_the_world_of_news(code: str, text: str) -> None:
    found, confidence = IDENTIFIER.identify(text)
    assert found == code
    assert confidence > 0.5


def test_nothing_is_no_error() -> None:
    assert IDENTIFIER.identify("")[1] < 0.2
