from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from ivr.clinic.values import FullName, Place, Visit
from ivr.dialogue.turns import Spoken
from ivr.rendering import Prompts, UnknownPrompt, WrongWording, fields, prompts_file

TODAY = date(2026, 11, 23)
MOMENT = datetime.fromisoformat("2026-11-24T10:30+03:00")
VISIT = Visit(
    id="7",
    version=1,
    start=MOMENT,
    doctor=FullName("Иванова", "Мария", "Петровна"),
    specialty="врач-терапевт",
    place=Place("Поликлиника номер пять", "ул. Ленина, д. 15", "", "3", "12а"),
)


@pytest.fixture
def toml(tmp_path: Path) -> Path:
    return tmp_path / "ru.toml"


def prompts(toml: Path, text: str) -> Prompts:
    toml.write_text(text, "utf-8")
    return Prompts.load(toml)


def rendered(toml: Path, wording: str, **values: Any) -> str:
    loaded = prompts(toml, f"[a.b]\ntext = '{wording}'")
    return loaded.say(Spoken("a.b", values=values), TODAY)


@pytest.mark.parametrize(
    ("wording", "sentence"),
    [
        ("{v.start:date}", "двадцать четвёртого ноября"),
        ("на {v.start:date_on}", "на двадцать четвёртое ноября"),
        ("{v.start:near_date,cap}.", "Завтра, двадцать четвёртого ноября."),
        ("{v.start:weekday}", "во вторник"),
        ("{v.start:time}", "в десять тридцать"),
        ("с {v.start:from_hour}", "с десяти тридцати"),
        ("{v.doctor:surname}", "Иванова"),
        ("{v.doctor:full_name}", "Иванова Мария Петровна"),
        ("{v.specialty:specialty,cap}", "Терапевт"),
        ("{v.specialty:specialty , cap}", "Терапевт"),
        ("{v.place.clinic}", "Поликлиника номер пять"),
        ("{v.place.address:address}", "улица Ленина, дом пятнадцать"),
        ("{v.place.floor:floor,cap}", "Третий этаж"),
        ("{v.place.cabinet:cabinet}", "кабинет двенадцать а"),
    ],
)
def test_a_visit_in_words(toml: Path, wording: str, sentence: str) -> None:
    assert rendered(toml, wording, v=VISIT) == sentence


@pytest.mark.parametrize(
    ("wording", "value", "sentence"),
    [
        ("с {x:from_hour}", time(8), "с восьми"),
        ("до {x:to_hour}", time(14, 30), "до четырнадцати тридцати"),
        ("после {x:after_hour}", time(16), "после шестнадцати часов"),
        ("{x:code_pairs}", "380417", "тридцать восемь, ноль четыре, семнадцать"),
        ("{x:code_digits}", "380417", "три, восемь, ноль, четыре, один, семь"),
        ("{x:digits}", "103", "один, ноль, три"),
        ("{x:cardinal}", 21, "двадцать один"),
        ("{x:cardinal_f}", 21, "двадцать одна"),
        ("{x:ordinal_f,cap}", 1, "Первая"),
        ("Продолжайте с {x:ordinal_from_gen_f}.", 7, "Продолжайте с седьмой."),
        ("Продолжайте {x:from_ordinal_f}.", 7, "Продолжайте с седьмой."),
        ("Продолжайте {x:from_ordinal_f}.", 2, "Продолжайте со второй."),
        ("Найдено {x:counted запись}.", 3, "Найдено три записи."),
        ("Осталось {x:counted цифра}.", 8, "Осталось восемь цифр."),
        ("Записано {x:counted цифра}.", 6, "Записано шесть цифр."),
        ("{x:phone}", "+78001234567",
         "восемь, восемьсот, сто двадцать три, сорок пять, шестьдесят семь"),
        ("{x}", "Возьмите карту.", "Возьмите карту."),
    ],
)  # fmt: skip
def test_a_value_in_words(toml: Path, wording: str, value: Any, sentence: str) -> None:
    assert rendered(toml, wording, x=value) == sentence


@pytest.mark.parametrize(
    ("wording", "value", "sentence"),
    [
        ("Адрес: {x:address}. {x:floor,cap}. Ждём.", "", "Адрес. Ждём."),
        ("Приём, {x}, завтра.", "", "Приём, завтра."),
        ("{x}. Ждём.", "", "Ждём."),
        ("{x} Ждём.", "Возьмите карту.", "Возьмите карту. Ждём."),
        ("{x}. Ждём.", "Возьмите карту.", "Возьмите карту. Ждём."),
    ],
)
def test_empty_values_leave_no_points_behind(
    toml: Path, wording: str, value: str, sentence: str
) -> None:
    assert rendered(toml, wording, x=value) == sentence


@pytest.mark.parametrize(
    ("wording", "value"),
    [
        ("{x}", 5),
        ("{x:date}", "завтра"),
        ("{x:surname}", "Иванова"),
        ("{x:nothing}", "а"),
        ("{x:counted корова}", 2),
        ("{x.absent}", "а"),
        ("{y}", "а"),
        ("{x:phone}", 5),
    ],
)
def test_a_wrong_field_is_named(toml: Path, wording: str, value: Any) -> None:
    with pytest.raises(WrongWording):
        rendered(toml, wording, x=value)


SMALL = """
[silence]
text = "Вы на линии?"

[cancel.sure]
text = "Отменить этот приём? Если да, нажмите один."
noinput1 = "Отменить?"
voice = "Отменить этот приём?"

[cancel.naming]
personal = true
text = "Вы отменяете приём."
"""


def test_a_kind_without_a_wording_is_said_as_the_text(toml: Path) -> None:
    loaded = prompts(toml, SMALL)
    assert loaded.say(Spoken("cancel.sure", "noinput1"), TODAY) == "Отменить?"
    assert loaded.say(Spoken("cancel.sure", "nomatch2"), TODAY).startswith("Отменить этот")


BY_VOICE = """
[a]
text = "Нажмите один."
noinput1 = "Один?"
nomatch2 = "Только один."
voice = "Скажите да."
voice_nomatch1 = "Скажите: да."
"""


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("text", "Скажите да."),
        ("noinput1", "Скажите да."),
        ("nomatch1", "Скажите: да."),
        ("nomatch2", "Только один."),
    ],
)
def test_by_voice_the_second_misunderstanding_leads_to_the_keys(
    toml: Path, kind: str, said: str
) -> None:
    loaded = prompts(toml, BY_VOICE)
    assert loaded.say(Spoken("a", kind), TODAY, by_voice=True) == said
    assert loaded.check() == []


@pytest.mark.parametrize(
    ("wording", "wrong"),
    [
        ("text = 'Нажмите один.'", "a: no voice"),
        ("text = 'Отменить – два.'", "a: no voice"),
        ("text = 'Назовите полис.'", "a.text: asks for words"),
        ("text = 'Отменено.'", None),
        ("text = 'Отменено.'\nvoice = 'Скажите да.'", None),
    ],
)
def test_keys_and_voice_have_their_own_wordings(
    toml: Path, wording: str, wrong: str | None
) -> None:
    assert prompts(toml, f"[a]\n{wording}").check() == ([wrong] if wrong else [])


def test_ids_kinds_and_what_may_be_kept(toml: Path) -> None:
    loaded = prompts(toml, SMALL)
    assert loaded.ids() == ("silence", "cancel.sure", "cancel.naming")
    assert loaded.kinds("silence") == {"text": "Вы на линии?"}
    assert loaded.is_personal(Spoken("cancel.naming"))
    assert not loaded.is_personal(Spoken("cancel.sure"))
    assert loaded.check() == []
    assert loaded.fixed_texts() == (
        "Вы на линии?", "Отменить этот приём? Если да, нажмите один.", "Отменить?",
        "Отменить этот приём?",
    )  # fmt: skip


def test_an_unknown_prompt_is_an_error_of_ours(toml: Path) -> None:
    loaded = prompts(toml, "[a]\nnoinput1 = 'Алло?'")
    for spoken in (Spoken("b"), Spoken("a", "help")):
        with pytest.raises(UnknownPrompt):
            loaded.say(spoken, TODAY)


def test_the_check_names_what_is_wrong(toml: Path) -> None:
    found = prompts(
        toml,
        """
        [a.b]
        noinput1 = "{x:dat} {y:counted корова}"
        help = "{x"
        nomatch1 = "Если вы всё же хотите отменить этот приём у врача, нажмите один два."
        """,
    ).check()
    assert [line.split(":")[0] for line in found] == [
        "a.b", "a.b", "a.b.noinput1", "a.b.noinput1", "a.b.help", "warning",
    ]  # fmt: skip
    assert "no format counted корова" in found[3]


@dataclass(slots=True)
class Sample:
    """A value for every field: formats say what kind, paths where it hangs."""

    values: dict[str, Any]

    def put(self, path: str, pipeline: tuple[str, ...]) -> None:
        *above, last = path.split(".")
        place = self.values
        for name in above:
            place = place.setdefault(name, {})
        place[last] = _sample(pipeline[0] if pipeline else "text")

    def namespace(self) -> dict[str, Any]:
        return {name: _attributes(value) for name, value in self.values.items()}


def _attributes(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    return SimpleNamespace(**{name: _attributes(inner) for name, inner in value.items()})


def _sample(name: str) -> Any:
    if name in {"surname", "full_name"}:
        return VISIT.doctor
    if name.startswith(("counted", "cardinal", "ordinal", "from_ordinal")):
        return 2
    if name == "year":
        return 1921
    if name in {"code_pairs", "code_digits", "digits", "digits_by_fours"}:
        return "380417"
    texts = {"text": "Текст", "cap": "текст", "phone": "+78001234567", "address": "ул. 8 Марта"}
    texts |= {"floor": "3", "cabinet": "12а", "specialty": "ЛОР", "clinic": "Поликлиника № 5"}
    return texts.get(name, MOMENT)


def _everything() -> list[tuple[str, str, str]]:
    if not prompts_file().exists():
        return []
    loaded = Prompts.load()
    return [(p, k, text) for p in loaded.ids() for k, text in loaded.kinds(p).items()]


@pytest.mark.parametrize(("prompt", "kind", "wording"), _everything())
def test_every_prompt_of_the_line_renders(prompt: str, kind: str, wording: str) -> None:
    sample = Sample({})
    for path, pipeline in fields(wording):
        sample.put(path, pipeline)
    sentence = Prompts.load().say(Spoken(prompt, kind, sample.namespace()), TODAY)
    assert sentence
    assert not set("{}0123456789") & set(sentence)


def test_nothing_is_wrong_with_the_prompts_of_the_line() -> None:
    if prompts_file().exists():
        wrong = [each for each in Prompts.load().check() if not each.startswith("warning:")]
        assert wrong == []
