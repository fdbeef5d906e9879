"""From a turn to the TwiML document that says it: pure, without a request or a socket."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from twilio.twiml import TwiML
from twilio.twiml.voice_response import Connect, Gather, Start, VoiceResponse
from twilio.twiml.voice_response import Dial as DialVerb

from ivr.dialogue.turns import Dial, HangUp, Listen, RecordNote
from ivr.switchboard import Reply, Sentence

LANGUAGE = "ru-RU"
CARRIER_VOICE = "Polly.Tatyana"
RATES = {-1: "85%", -2: "70%"}
STREAM_OPTIONS = {"bidirectional_mode": "rtp", "bidirectional_codec": "PCMU"}
VOLUMES = {1: "+6dB", 2: "+12dB"}


class Voice(Protocol):
    """How a sentence gets into a document."""

    def speak(self, verb: TwiML, text: str, *, pace: int, loudness: int) -> None: ...


@dataclass(frozen=True, slots=True)
class CarrierVoice:
    """`<Say>`: the carrier speaks."""

    ssml: bool = True
    """The carrier knows `<prosody>`, so slower and louder can be heard."""

    def speak(self, verb: Any, text: str, *, pace: int, loudness: int) -> None:
        rate, volume = RATES.get(pace), VOLUMES.get(loudness)
        if self.ssml and (rate or volume):
            said = verb.say(voice=CARRIER_VOICE, language=LANGUAGE)
            said.prosody(text, rate=rate, volume=volume)
        else:
            verb.say(text, voice=CARRIER_VOICE, language=LANGUAGE)


@dataclass(frozen=True, slots=True)
class PlayedVoice:
    """`<Play>`: our own synthesis, fetched by name."""

    public_url: str
    name: Callable[[str, int, int], str]
    """Of text, pace and loudness."""

    def speak(self, verb: Any, text: str, *, pace: int, loudness: int) -> None:
        verb.play(f"{self.public_url}/audio/{self.name(text, pace, loudness)}.wav")


@dataclass(frozen=True, slots=True)
class RecordedVoice:
    """`<Play>` where a person has recorded all of a text; another voice says the rest."""

    is_recorded: Callable[[str], bool]
    played: Voice
    other: Voice

    def speak(self, verb: TwiML, text: str, *, pace: int, loudness: int) -> None:
        voice = self.played if self.is_recorded(text) else self.other
        voice.speak(verb, text, pace=pace, loudness=loudness)


@dataclass(frozen=True, slots=True)
class Documents:
    """Every document that the line answers a carrier with."""

    public_url: str
    """No slash at the end."""
    voice: Voice
    line_number: str = ""
    """E.164, what a person sees calling when the line transfers."""
    recorded: bool = False
    """The carrier records the whole call and knows `<Start>`."""
    says_both_ways: bool = False
    """The carrier must be told that sound goes both ways (Telnyx)."""

    def opening(self, reply: Reply, *, first: str = "") -> str:
        """The first turn of a call: the recording begins with it. `first` is said before."""
        return self._turn(self._start(), reply, first=first)

    def turn(self, reply: Reply, *, first: str = "") -> str:
        return self._turn(VoiceResponse(), reply, first=first)

    def stream(self, reply: Reply, url: str, *, opening: bool) -> str:
        """Sound both ways; behind it, and where it fails, the turn in force by keys."""
        response = self._start() if opening else VoiceResponse()
        connect = Connect()
        connect.stream(url=url, **STREAM_OPTIONS if self.says_both_ways else {})
        response.append(connect)
        response.redirect(f"{self._call(reply)}/resume", method="POST")
        return str(response)

    def whisper(self, reply: Reply) -> str:
        """What the person hears before the two are joined; empty joins them at once."""
        response = VoiceResponse()
        self._say(response, reply, reply.whisper)
        return str(response)

    def apology(self, text: str, transfer_to: str) -> str:
        """A sentence and, where there is a number, a person; needs nothing else of ours."""
        response = VoiceResponse()
        self.voice.speak(response, text, pace=0, loudness=0)
        if transfer_to:
            response.dial(transfer_to, timeout=30, caller_id=self.line_number or None)
        response.hangup()
        return str(response)

    def nothing(self) -> str:
        return str(VoiceResponse())

    def _start(self) -> VoiceResponse:
        response = VoiceResponse()
        if self.recorded:
            start = Start()
            start.recording(trim="do-not-trim", channels="dual", track="both")
            response.append(start)
        return response

    def _turn(self, response: VoiceResponse, reply: Reply, *, first: str = "") -> str:
        if first:
            self._speak(response, reply, first)
        match reply.turn.then:
            case Listen() as listen:
                self._listen(response, reply, listen)
            case Dial() as dial:
                self._say(response, reply, reply.sentences)
                response.append(self._dial(reply, dial))
            case RecordNote() as note:
                self._say(response, reply, reply.sentences)
                self._record(response, reply, note)
            case HangUp():
                self._say(response, reply, reply.sentences)
                response.hangup()
        return str(response)

    def _listen(self, response: VoiceResponse, reply: Reply, listen: Listen) -> None:
        """What nothing may interrupt stands before the `<Gather>`, where keys count."""
        before, inside = _split(reply.sentences)
        self._say(response, reply, before)
        # One key ends a menu; for digits the answer must tell a full count from a pause.
        wanted = f"?keys={listen.count}" if listen.count > 1 else ""
        gather = Gather(
            input="dtmf",
            num_digits=listen.count,
            timeout=listen.no_input_timeout,
            finish_on_key="#" if listen.finish_on_hash else "",
            action_on_empty_result=True,
            action=self._action(reply) + wanted,
            method="POST",
        )
        self._say(gather, reply, inside)
        response.append(gather)
        response.redirect(f"{self._call(reply)}/resume", method="POST")

    def _dial(self, reply: Reply, dial: Dial) -> DialVerb:
        verb = DialVerb(
            timeout=dial.ring_timeout,
            caller_id=self.line_number or None,
            action=self._action(reply),
            method="POST",
        )
        whisper = f"{self._call(reply)}/whisper" if reply.whisper else None
        verb.number(reply.transfer_to, url=whisper, method="POST" if whisper else None)
        return verb

    def _record(self, response: VoiceResponse, reply: Reply, note: RecordNote) -> None:
        response.record(
            max_length=note.max_seconds,
            action=self._action(reply),
            method="POST",
            play_beep=True,
            finish_on_key="#",
            trim="do-not-trim",
        )
        # An empty recording calls no action (twilio.com/docs/voice/twiml/record): this does.
        empty = Gather(
            input="dtmf",
            num_digits=1,
            timeout=1,
            finish_on_key="",
            action_on_empty_result=True,
            action=self._action(reply),
            method="POST",
        )
        response.append(empty)
        response.redirect(f"{self._call(reply)}/resume", method="POST")

    def _say(self, verb: TwiML, reply: Reply, sentences: Iterable[Sentence]) -> None:
        for sentence in sentences:
            self._speak(verb, reply, sentence.text)

    def _speak(self, verb: TwiML, reply: Reply, text: str) -> None:
        self.voice.speak(verb, text, pace=reply.turn.pace, loudness=reply.turn.loudness)

    def _call(self, reply: Reply) -> str:
        return f"{self.public_url}/voice/calls/{reply.call}"

    def _action(self, reply: Reply) -> str:
        return f"{self._call(reply)}/turns/{reply.turn.number}"


def _split(
    sentences: tuple[Sentence, ...],
) -> tuple[tuple[Sentence, ...], tuple[Sentence, ...]]:
    """Up to the last sentence that must be heard, and the rest."""
    held = [place for place, sentence in enumerate(sentences) if not sentence.barge_in]
    cut = held[-1] + 1 if held else 0
    return sentences[:cut], sentences[cut:]
