import pytest

from wirewatch.core.entities.inflection import case_forms, german_adjective_forms
from wirewatch.core.text.folding import fold


@pytest.mark.parametrize(
    ("name", "algorithm", "person", "form"),
    [
        ("Путин", "russian", True, "Путиным"),
        ("Владимир Путин", "russian", True, "Владимира Путина"),
        ("Владимир Зеленский", "russian", True, "Владимиру Зеленскому"),
        ("Ангела Меркель", "russian", True, "Ангелой Меркель"),
        ("Мария Захарова", "russian", True, "Марии Захаровой"),
        ("Сергей Шойгу", "russian", True, "Сергеем Шойгу"),
        ("Игорь Сечин", "russian", True, "Игоря Сечина"),
        ("Ким Чен Ын", "russian", True, "Ким Чен Ына"),
        ("Си Цзиньпин", "russian", True, "Си Цзиньпином"),
        ("Россия", "russian", False, "России"),
        ("Россия", "russian", False, "Россию"),
        ("Китай", "russian", False, "Китае"),
        ("Израиль", "russian", False, "Израилю"),
        ("Сибирь", "russian", False, "Сибири"),
        ("Москва", "russian", False, "Москвой"),
        ("Северная Корея", "russian", False, "Северной Корее"),
        ("Европейский союз", "russian", False, "Европейского союза"),
        ("Совет Безопасности", "russian", False, "Советом Безопасности"),
        ("Соединенные Штаты", "russian", False, "Соединенных Штатах"),
        ("Санкт-Петербург", "russian", False, "Санкт-Петербурге"),
        ("Черное море", "russian", False, "Черного моря"),
        ("Запорожье", "russian", False, "Запорожью"),
        ("Филиппины", "russian", False, "Филиппинах"),
        ("Карпаты", "russian", False, "Карпат"),
        ("Володимир Зеленський", "ukrainian", True, "Володимира Зеленського"),
        ("Петро Порошенко", "ukrainian", True, "Петро Порошенка"),
        ("Україна", "ukrainian", False, "Україною"),
        ("Київ", "ukrainian", False, "Києві"),
        ("Америка", "ukrainian", False, "Америці"),
        ("Європейський Союз", "ukrainian", False, "Європейського Союзу"),
        ("Черкаси", "ukrainian", False, "Черкасах"),
        ("Władimir Putin", "polish", True, "Władimirem Putinem"),
        ("Donald Tusk", "polish", True, "Donalda Tuska"),
        ("Radosław Sikorski", "polish", True, "Radosławowi Sikorskiemu"),
        ("Rosja", "polish", False, "Rosji"),
        ("Niemcy", "polish", False, "Niemczech"),
        ("Unia Europejska", "polish", False, "Unii Europejskiej"),
        ("Warszawa", "polish", False, "Warszawie"),
        ("Związek Radziecki", "polish", False, "Związku Radzieckiego"),
        ("Trybunał Konstytucyjny", "polish", False, "Trybunału Konstytucyjnego"),
    ],
)
def test_case_forms(name: str, algorithm: str, person: bool, form: str) -> None:  # noqa: FBT001 - a table's column
    assert " ".join(fold(form).split()) in case_forms(" ".join(fold(name).split()), algorithm, person=person)


@pytest.mark.parametrize(("name", "algorithm"), [("Токио", "russian"), ("Сочи", "russian"), ("Paris", "de"), ("", "russian")])
def test_names_that_stay_as_they_are(name: str, algorithm: str) -> None:
    assert case_forms(fold(name), algorithm, person=False) == set()


def test_the_name_itself_is_no_form_of_it() -> None:
    assert "меркель" not in case_forms("меркель", "russian", person=True)


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
