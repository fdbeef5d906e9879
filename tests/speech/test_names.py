from dataclasses import dataclass

import pytest

from ivr.speech.names import full_name, full_name_dative, proper, surname, surname_dative


@dataclass(frozen=True, slots=True)
class Name:
    last: str
    first: str
    patronymic: str = ""


@pytest.mark.parametrize(
    ("name", "dative"),
    [
        (Name("Иванова", "Мария", "Петровна"), "Ивановой Марии Петровне"),
        (Name("Черных", "Алексей", "Львович"), "Черных Алексею Львовичу"),
        (Name("Живаго", "Юрий", "Андреевич"), "Живаго Юрию Андреевичу"),
        (Name("Мкртчян", "Ануш", "Ашотовна"), "Мкртчян Ануш Ашотовне"),
        (Name("Шевчук", "Инна", "Кузьминична"), "Шевчук Инне Кузьминичне"),
        (Name("Шевчук", "Олег", "Ильич"), "Шевчуку Олегу Ильичу"),
        (Name("Коваль", "Лев", "Ильич"), "Ковалю Льву Ильичу"),
        (Name("Алиева", "Лейла", "Магомед кызы"), "Алиевой Лейле Магомед кызы"),
        (Name("Алиев", "Эльдар", "Мамед оглы"), "Алиеву Эльдару Мамед оглы"),
        (Name("Петрова-Водкина", "Любовь", "Ильинична"), "Петровой-Водкиной Любови Ильиничне"),
        (Name("Ким", "Ирина", ""), "Ким Ирине"),
        (Name("Ким", "Сергей", ""), "Киму Сергею"),
    ],
)
def test_dative(name: Name, dative: str) -> None:
    assert full_name_dative(name) == dative
    assert dative.startswith(surname_dative(name))


def test_a_name_is_said_without_its_missing_parts() -> None:
    assert full_name(Name("Иванова", "Мария", "Петровна")) == "Иванова Мария Петровна"
    assert full_name(Name("Ким", "Ирина")) == "Ким Ирина"
    assert surname(Name("Ким", "Ирина")) == "Ким"


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("ИВАНОВА", "Иванова"),
        ("ПЕТРОВА-ВОДКИНА", "Петрова-Водкина"),
        ("МАГОМЕД КЫЗЫ", "Магомед кызы"),
        (" де  Бур ", "де Бур"),
        ("О", "О"),
    ],
)
def test_capitals_of_old_systems(written: str, spoken: str) -> None:
    assert proper(written) == spoken
