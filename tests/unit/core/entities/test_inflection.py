import pytest

from wirewatch.core.entities.inflection import case_forms, german_adjective_forms
from wirewatch.core.text.folding import fold


@pytest.mark.parametrize(
    ("name", "language", "person", "form"),
    [
        ("Путин", "ru", True, "Путиным"),
        ("Владимир Путин", "ru", True, "Владимира Путина"),
        ("Владимир Зеленский", "ru", True, "Владимиру Зеленскому"),
        ("Ангела Меркель", "ru", True, "Ангелой Меркель"),
        ("Мария Захарова", "ru", True, "Марии Захаровой"),
        ("Сергей Шойгу", "ru", True, "Сергеем Шойгу"),
        ("Игорь Сечин", "ru", True, "Игоря Сечина"),
        ("Ким Чен Ын", "ru", True, "Ким Чен Ына"),
        ("Си Цзиньпин", "ru", True, "Си Цзиньпином"),
        ("Россия", "ru", False, "России"),
        ("Россия", "ru", False, "Россию"),
        ("Китай", "ru", False, "Китае"),
        ("Израиль", "ru", False, "Израилю"),
        ("Сибирь", "ru", False, "Сибири"),
        ("Москва", "ru", False, "Москвой"),
        ("Северная Корея", "ru", False, "Северной Корее"),
        ("Европейский союз", "ru", False, "Европейского союза"),
        ("Совет Безопасности", "ru", False, "Советом Безопасности"),
        ("Соединенные Штаты", "ru", False, "Соединенных Штатах"),
        ("Санкт-Петербург", "ru", False, "Санкт-Петербурге"),
        ("Черное море", "ru", False, "Черного моря"),
        ("Запорожье", "ru", False, "Запорожью"),
        ("Филиппины", "ru", False, "Филиппинах"),
        ("Карпаты", "ru", False, "Карпат"),
        ("Володимир Зеленський", "uk", True, "Володимира Зеленського"),
        ("Петро Порошенко", "uk", True, "Петро Порошенка"),
        ("Україна", "uk", False, "Україною"),
        ("Київ", "uk", False, "Києві"),
        ("Америка", "uk", False, "Америці"),
        ("Європейський Союз", "uk", False, "Європейського Союзу"),
        ("Черкаси", "uk", False, "Черкасах"),
        ("Władimir Putin", "pl", True, "Władimirem Putinem"),
        ("Donald Tusk", "pl", True, "Donalda Tuska"),
        ("Radosław Sikorski", "pl", True, "Radosławowi Sikorskiemu"),
        ("Rosja", "pl", False, "Rosji"),
        ("Niemcy", "pl", False, "Niemczech"),
        ("Unia Europejska", "pl", False, "Unii Europejskiej"),
        ("Warszawa", "pl", False, "Warszawie"),
        ("Związek Radziecki", "pl", False, "Związku Radzieckiego"),
        ("Trybunał Konstytucyjny", "pl", False, "Trybunału Konstytucyjnego"),
    ],
)
def test_case_forms(name: str, language: str, person: bool, form: str) -> None:  # noqa: FBT001 - a table's column
    assert " ".join(fold(form).split()) in case_forms(" ".join(fold(name).split()), language, person=person)


@pytest.mark.parametrize(("name", "language"), [("Токио", "ru"), ("Сочи", "ru"), ("Paris", "de"), ("", "ru")])
def test_names_that_stay_as_they_are(name: str, language: str) -> None:
    assert case_forms(fold(name), language, person=False) == set()


def test_the_name_itself_is_no_form_of_it() -> None:
    assert "меркель" not in case_forms("меркель", "ru", person=True)


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("europaische union", "europaischen union"),
        ("auswartiges amt", "auswartigen amt"),
        ("neue zurcher zeitung", "neuen zurcher zeitung"),
        ("vereinigte arabische emirate", "vereinigten arabischen emirate"),
    ],
)
def test_german_adjectives_change(name: str, form: str) -> None:
    assert form in german_adjective_forms(name)


def test_a_german_name_without_an_adjective_has_one_form() -> None:
    assert german_adjective_forms("bundestag") == set()
