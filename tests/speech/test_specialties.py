import pytest

from ivr.speech.specialties import (
    Specialty,
    dative_specialty,
    find_specialty,
    specialties,
    spoken_specialty,
)


def test_all_of_the_nomenclature_is_there() -> None:
    assert [each.code for each in specialties()] == [str(n) for n in range(1, 77)]


@pytest.mark.parametrize("each", specialties(), ids=lambda each: each.official)
def test_every_specialty_is_found_by_each_of_its_names(each: Specialty) -> None:
    names = (each.code, each.official, each.spoken, each.official.upper(), *each.also)
    assert {find_specialty(name) for name in names} == {each}
    assert find_specialty(each.official.removeprefix("врач-")) == each


@pytest.mark.parametrize("each", specialties(), ids=lambda each: each.official)
def test_every_dative_has_its_preposition(each: Specialty) -> None:
    preposition, _, words = each.dative.partition(" ")
    assert preposition in {"к", "в"}
    assert words[:3].casefold() == each.spoken[:3].casefold()
    assert (preposition == "в") == (words.endswith(("кабинет", "лабораторию")))


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("Врач-терапевт", "терапевт"),
        ("врач - терапевт участковый", "участковый терапевт"),
        ("ТЕРАПЕВТ УЧАСТКОВЫЙ", "участковый терапевт"),
        ("оториноларинголог", "ЛОР"),
        ("лор", "ЛОР"),
        ("10", "ЛОР"),
        ("Врач ультразвуковой диагностики", "врач ультразвуковой диагностики"),
        ("врач клинической лабораторной диагностики", "лаборатория"),
        (" Кинезиолог ", "Кинезиолог"),
    ],
)
def test_spoken_name(written: str, spoken: str) -> None:
    assert spoken_specialty(written) == spoken


def test_to_whom() -> None:
    assert dative_specialty("врач-оториноларинголог") == "к ЛОРу"
    assert dative_specialty("лаборатория") == "в лабораторию"
    assert dative_specialty("кинезиолог") is None


def test_callers_words_are_kept() -> None:
    eyes = find_specialty("офтальмолог")
    assert eyes is not None
    assert "окулист" in eyes.synonyms
