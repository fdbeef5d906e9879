// A keypad phone that speaks the carrier's Media Streams protocol to the line's own socket.

import { decode, encode } from "/phone/mulaw.js";

const $ = (id) => document.getElementById(id);
const SAID_EVERY = 700; // ms between two looks at the transcript

let call = null; // {id, sid, stream, socket, sequence, chunk, sid of the stream}
let sound = null; // {context, handset, volume, microphone}

// --- the call ---------------------------------------------------------------------------------

async function ring() {
  $("call").disabled = true;
  $("lines").replaceChildren();
  document.querySelector("details").open = false;
  $("pressed").value = "";
  say("Соединяем…");
  try {
    sound = await openSound();
    const opened = await ask("/phone/calls", { from: $("from").value.trim() });
    call = { ...opened, shown: 0, over: false };
    $("hang-up").disabled = false;
    connect(opened.stream);
    follow();
  } catch (fault) {
    $("call").disabled = false;
    say("Трубка лежит");
    advise(`Позвонить не вышло: ${fault.message}`);
    closeSound();
  }
}

function hangUp() {
  if (!call) return;
  const ended = call;
  send({ event: "stop", stop: { accountSid: "AC-phone", callSid: call.sid } });
  call.over = true;
  call.socket?.close();
  ask(`/phone/calls/${ended.id}/hang-up`, {}).catch(() => {}).then(() => show(ended));
  rest();
}

function rest() {
  call = null;
  $("call").disabled = false;
  $("hang-up").disabled = true;
  $("person").hidden = true;
  $("note").hidden = true;
  say("Трубка лежит");
  closeSound();
}

async function goOn(how) {
  // The stream is over: the line rings somebody, records a note, has hung up, or was cut off.
  const current = call;
  if (!current || current.over) return;
  $("person").hidden = true;
  $("note").hidden = true;
  try {
    const next = await ask(`/phone/calls/${current.id}/go-on`, how);
    if (call !== current) return;
    if (next.stream) connect(next.stream);
    else if (next.dial) waitFor("person", `Линия звонит: ${next.dial}`);
    else if (next.note) waitFor("note", "Запись после сигнала");
    else finish(current);
  } catch (fault) {
    if (call !== current) return;
    advise(`Связь прервалась: ${fault.message}`);
    finish(current);
  }
}

function waitFor(panel, state) {
  $(panel).hidden = false;
  $(panel).querySelector("button").focus();
  say(state);
}

function finish(ended) {
  ended.over = true;
  show(ended);
  rest();
}

// --- the socket -------------------------------------------------------------------------------

function connect(stream) {
  const socket = new WebSocket(stream);
  const current = call;
  Object.assign(current, { socket, sequence: 0, chunk: 0, streamSid: newSid("MZ") });
  socket.onopen = () => {
    socket.send(JSON.stringify({ event: "connected", protocol: "Call", version: "1.0.0" }));
    send({
      event: "start",
      start: {
        accountSid: "AC-phone", streamSid: current.streamSid, callSid: current.sid,
        tracks: ["inbound"], customParameters: {},
        mediaFormat: { encoding: "audio/x-mulaw", sampleRate: 8000, channels: 1 },
      },
    });
    say("Разговор");
  };
  socket.onmessage = ({ data }) => {
    if (call === current && current.socket === socket) heard(JSON.parse(data));
  };
  socket.onclose = () => {
    if (call === current && current.socket === socket) {
      current.socket = null;
      show(current).then(() => drained()).then(() => goOn({}));
    }
  };
}

function send(message) {
  if (call?.socket?.readyState !== WebSocket.OPEN) return;
  call.sequence += 1;
  call.socket.send(JSON.stringify({
    ...message, sequenceNumber: String(call.sequence), streamSid: call.streamSid,
  }));
}

function heard(message) {
  switch (message.event) {
    case "media":
      sound.handset.port.postMessage({ samples: decode(message.media.payload) });
      break;
    case "mark":
      sound.handset.port.postMessage({ mark: message.mark.name });
      break;
    case "clear":
      sound.handset.port.postMessage({ clear: true });
      break;
    default:
  }
}

// --- sound ------------------------------------------------------------------------------------

async function openSound() {
  const context = new AudioContext({ sampleRate: 8000, latencyHint: "interactive" });
  await context.audioWorklet.addModule("/phone/sound.js");
  const handset = new AudioWorkletNode(context, "handset", { outputChannelCount: [1] });
  const volume = new GainNode(context, { gain: Number($("volume").value) });
  handset.connect(volume).connect(context.destination);
  handset.port.onmessage = ({ data }) => fromHandset(data);
  await context.resume();
  return { context, handset, volume, microphone: await openMicrophone(context, handset) };
}

async function openMicrophone(context, handset) {
  if (!$("microphone").checked) return null;
  try {
    const stream = await navigator.mediaDevices.getUserMedia({
      audio: { channelCount: 1, echoCancellation: true, noiseSuppression: false },
    });
    context.createMediaStreamSource(stream).connect(handset);
    advise("");
    return stream;
  } catch {
    $("microphone").checked = false;
    advise("Микрофона нет: отвечайте клавишами.");
    return null;
  }
}

function closeSound() {
  sound?.microphone?.getTracks().forEach((track) => track.stop());
  sound?.context.close();
  sound = null;
}

let drain = null;

function drained() {
  // Resolves once all that was sent before has been played.
  return new Promise((done) => {
    if (!sound) return done();
    drain = done;
    sound.handset.port.postMessage({ mark: "phone:drained" });
  });
}

function fromHandset({ frame, played }) {
  if (played === "phone:drained") {
    drain?.();
  } else if (played !== undefined) {
    send({ event: "mark", mark: { name: played } });
  } else if (call?.socket) {
    const silent = !$("microphone").checked;
    call.chunk += 1;
    send({
      event: "media",
      media: {
        track: "inbound", chunk: String(call.chunk), timestamp: String(20 * (call.chunk - 1)),
        payload: encode(silent ? new Float32Array(frame.length) : frame),
      },
    });
  }
}

const TONES = { rows: [697, 770, 852, 941], columns: [1209, 1336, 1477], keys: "123456789*0#" };

function beep(key) {
  if (!sound) return;
  const at = TONES.keys.indexOf(key);
  const now = sound.context.currentTime;
  const level = new GainNode(sound.context, { gain: 0.08 });
  level.connect(sound.context.destination);
  for (const hertz of [TONES.rows[Math.floor(at / 3)], TONES.columns[at % 3]]) {
    const tone = new OscillatorNode(sound.context, { frequency: hertz });
    tone.connect(level);
    tone.start(now);
    tone.stop(now + 0.12);
  }
}

// --- keys -------------------------------------------------------------------------------------

function press(key) {
  if (!call) return;
  beep(key);
  $("pressed").value = ($("pressed").value + key).slice(-12);
  send({ event: "dtmf", dtmf: { track: "inbound_track", digit: key } });
  const button = document.querySelector(`[data-key="${CSS.escape(key)}"]`);
  button.classList.add("down");
  setTimeout(() => button.classList.remove("down"), 150);
}

document.addEventListener("keydown", (event) => {
  if (event.target.id === "from" || event.ctrlKey || event.altKey || event.metaKey) return;
  if (/^[0-9*#]$/.test(event.key) && !event.repeat) press(event.key);
});

// --- what was said ----------------------------------------------------------------------------

async function follow() {
  const current = call;
  while (call === current && !current.over) {
    await show(current);
    await new Promise((done) => setTimeout(done, SAID_EVERY));
  }
}

async function show(current) {
  const reply = await fetch(`/phone/calls/${current.id}/lines?after=${current.shown}`).catch(() => null);
  if (!reply?.ok) return;
  for (const line of await reply.json()) {
    if (line.number <= current.shown) continue;
    current.shown = line.number;
    $("lines").append(item(line));
    $("lines").lastElementChild.scrollIntoView({ block: "nearest" });
  }
}

const EFFECTS = {
  answered: "понято", nomatch: "не понято", noinput: "тишина", waiting: "ждём", dropped: "не учтено",
  repeat: "повторить", slower: "медленнее", louder: "громче", back: "назад", operator: "человек",
  silent: "тишина", lost: "не понято", guard: "слишком долго", ignored: "не учтено",
  emergency: "срочная помощь", wait: "подождать", help: "помощь",
};
const ENDS = {
  moved: "приём перенесён", cancelled: "приём отменён", requested: "просьба принята",
  restored: "приём восстановлен", kept: "запись не отменена", told: "рассказано",
  transferred: "соединено с человеком", callback: "просьба перезвонить",
  not_identified: "не узнан", hung_up: "трубка положена", failed: "сбой",
};

function item({ kind, text, effect }) {
  const row = document.createElement("li");
  const how = document.createElement("span");
  how.className = "how";
  how.append(EFFECTS[effect] ?? effect ?? "");
  switch (kind) {
    case "said":
      row.className = "bot";
      row.append(text);
      break;
    case "end":
      row.className = "end";
      row.append(`Конец: ${ENDS[text] ?? text}`);
      break;
    default:
      row.className = "caller";
      row.append(kind === "Utterance" ? `«${text}»` : text ? `[${text}]` : "…", how);
  }
  return row;
}

// --- the page ---------------------------------------------------------------------------------

async function ask(path, body) {
  const reply = await fetch(path, {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
  });
  const told = await reply.json().catch(() => ({}));
  if (!reply.ok) throw new Error(FAULTS[told.error] ?? `линия ответила ${reply.status}`);
  return told;
}

const FAULTS = {
  "no telephone number": "номер не похож на телефонный.",
  "no stream": "все линии заняты, или линия сейчас без речи.",
};

function newSid(prefix) {
  return prefix + crypto.randomUUID().replaceAll("-", "");
}

function say(state) { $("state").value = state; }
function advise(text) { $("advice").textContent = text; }

$("call").addEventListener("click", ring);
$("hang-up").addEventListener("click", hangUp);
$("volume").addEventListener("input", () => {
  if (sound) sound.volume.gain.value = Number($("volume").value);
});
document.querySelectorAll("[data-key]").forEach((button) => {
  button.addEventListener("click", () => press(button.dataset.key));
});
document.querySelectorAll("[data-answered]").forEach((button) => {
  button.addEventListener("click", () => goOn({ answered: button.dataset.answered === "true" }));
});
document.querySelectorAll("[data-from]").forEach((button) => {
  button.addEventListener("click", () => { $("from").value = button.dataset.from; });
});
$("note-said").addEventListener("click", () => goOn({ note: 5 }));
$("note-empty").addEventListener("click", () => goOn({ note: 0 }));
