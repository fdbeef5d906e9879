from __future__ import annotations

import pytest

from ivr.dialogue.turns import Dial, RecordNote
from ivr.switchboard import Reply
from ivr.telephony.twiml import CarrierVoice, Documents, PlayedVoice
from tests.telephony.replies import BYE, CALL, MENU, POLICY, held, open_to_keys, reply

HEAD = '<?xml version="1.0" encoding="UTF-8"?>'
AT = f"https://line.example/voice/calls/{CALL}"
SAY = '<Say language="ru-RU" voice="Polly.Tatyana">'
REDIRECT = f'<Redirect method="POST">{AT}/resume</Redirect>'
MENU_GATHER = (
    f'<Gather action="{AT}/turns/3" actionOnEmptyResult="true" finishOnKey="" input="dtmf"'
    ' method="POST" numDigits="1" timeout="7">'
)
POLICY_GATHER = (
    f'<Gather action="{AT}/turns/3?keys=16" actionOnEmptyResult="true" finishOnKey="#"'
    ' input="dtmf" method="POST" numDigits="16" timeout="6">'
)
NOTE_GATHER = (
    f'<Gather action="{AT}/turns/3" actionOnEmptyResult="true" finishOnKey="" input="dtmf"'
    ' method="POST" numDigits="1" timeout="1" />'
)

TABLE = {
    "menu": (
        reply(MENU, open_to_keys("Раз.")),
        f"{MENU_GATHER}{SAY}Раз.</Say></Gather>{REDIRECT}",
    ),
    "digits": (
        reply(POLICY, open_to_keys("Полис.")),
        f"{POLICY_GATHER}{SAY}Полис.</Say></Gather>{REDIRECT}",
    ),
    "the naming stands before the gather": (
        reply(MENU, open_to_keys("Хорошо."), held("Терапевт."), open_to_keys("Отменить?")),
        f"{SAY}Хорошо.</Say>{SAY}Терапевт.</Say>{MENU_GATHER}{SAY}Отменить?</Say></Gather>"
        f"{REDIRECT}",
    ),
    "silence": (reply(MENU), f"{MENU_GATHER[:-1]} />{REDIRECT}"),
    "slower and louder": (
        reply(BYE, open_to_keys("До свидания."), pace=-1, loudness=1),
        f'{SAY}<prosody rate="85%" volume="+6dB">До свидания.</prosody></Say><Hangup />',
    ),
    "transfer": (
        reply(Dial(), open_to_keys("Соединяю."), whisper=(open_to_keys("Отмена."),)),
        f'{SAY}Соединяю.</Say><Dial action="{AT}/turns/3" callerId="+78001234567"'
        f' method="POST" timeout="30"><Number method="POST" url="{AT}/whisper">+74950000001'
        "</Number></Dial>",
    ),
    "transfer without a whisper": (
        reply(Dial(ring_timeout=20)),
        f'<Dial action="{AT}/turns/3" callerId="+78001234567" method="POST" timeout="20">'
        "<Number>+74950000001</Number></Dial>",
    ),
    "note": (
        reply(RecordNote(45), open_to_keys("Говорите.")),
        f'{SAY}Говорите.</Say><Record action="{AT}/turns/3" finishOnKey="#" maxLength="45"'
        f' method="POST" playBeep="true" trim="do-not-trim" />{NOTE_GATHER}{REDIRECT}',
    ),
    "the end": (
        reply(BYE, open_to_keys("До & после.")),
        f"{SAY}До &amp; после.</Say><Hangup />",
    ),
}


def documents(**changes: object) -> Documents:
    settings: dict[str, object] = {"line_number": "+78001234567", "voice": CarrierVoice()}
    return Documents("https://line.example", **(settings | changes))  # type: ignore[arg-type]


@pytest.mark.parametrize(("given", "inside"), TABLE.values(), ids=list(TABLE))
def test_a_turn_as_a_document(given: Reply, inside: str) -> None:
    assert documents().turn(given) == f"{HEAD}<Response>{inside}</Response>"


def test_a_carrier_without_ssml_speaks_plainly() -> None:
    plain = documents(voice=CarrierVoice(ssml=False))
    assert "prosody" not in plain.turn(reply(BYE, open_to_keys("Раз."), pace=-2))


def test_a_played_sentence_is_fetched_by_name() -> None:
    voice = PlayedVoice("https://line.example", lambda text, pace, loudness: f"{text}{pace}")
    document = documents(voice=voice).turn(reply(BYE, open_to_keys("a"), pace=-1))
    assert "<Play>https://line.example/audio/a-1.wav</Play>" in document


def test_only_the_opening_starts_a_recording_and_only_where_it_is_wanted() -> None:
    recorded = documents(recorded=True)
    start = (
        '<Response><Start><Recording channels="dual" track="both" trim="do-not-trim" /></Start>'
    )
    assert start in recorded.opening(reply(MENU))
    assert "<Start>" not in recorded.turn(reply(MENU))
    assert "<Start>" not in documents().opening(reply(MENU))


def test_a_whisper_and_none() -> None:
    whispered = reply(Dial(), whisper=(open_to_keys("Отмена записи."),))
    assert f"<Response>{SAY}Отмена записи.</Say></Response>" in documents().whisper(whispered)
    assert documents().nothing() == f"{HEAD}<Response />"


def test_an_apology_transfers_only_where_there_is_a_number() -> None:
    assert documents().apology("Ошибка.", "+74950000001") == (
        f'{HEAD}<Response>{SAY}Ошибка.</Say><Dial callerId="+78001234567" timeout="30">'
        "+74950000001</Dial><Hangup /></Response>"
    )
    assert "<Dial" not in documents().apology("Ошибка.", "")


def test_a_stream_has_the_keys_behind_it_and_says_to_telnyx_that_it_goes_both_ways() -> None:
    plain = documents().stream(reply(MENU), "wss://line.example/media/1", opening=True)
    assert plain == (
        f'{HEAD}<Response><Connect><Stream url="wss://line.example/media/1" /></Connect>'
        f'<Redirect method="POST">https://line.example/voice/calls/{CALL}/resume</Redirect>'
        "</Response>"
    )
    telnyx = documents(says_both_ways=True).stream(reply(MENU), "wss://x", opening=False)
    assert 'bidirectionalCodec="PCMU" bidirectionalMode="rtp"' in telnyx
    assert "<Start>" in documents(recorded=True).stream(reply(MENU), "wss://x", opening=True)
