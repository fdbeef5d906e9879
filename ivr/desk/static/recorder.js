// Records the microphone into the form's file field, as a WAV file. Without a microphone or
// AudioWorklet the field takes a file that was recorded elsewhere.
"use strict";

const LONGEST = 30; // seconds

const form = document.querySelector("[data-recorder]");
const part = (name) => form.querySelector(`[data-${name}]`);
const field = form.querySelector("input[type=file]");
const meter = form.querySelector("meter");
const button = part("record");
let recording = null;

if (navigator.mediaDevices && window.AudioWorkletNode) part("microphone").hidden = false;

button.addEventListener("click", () => (recording ? stop() : start()));
field.addEventListener("change", () => preview(field.files[0]));

async function start() {
  button.disabled = true;
  tell("Разрешите доступ к микрофону.");
  try {
    const stream = await navigator.mediaDevices.getUserMedia({
      audio: { channelCount: 1, echoCancellation: false, autoGainControl: false, noiseSuppression: false },
    });
    const context = new AudioContext();
    await context.audioWorklet.addModule(form.dataset.worklet);
    const blocks = [];
    const node = new AudioWorkletNode(context, "blocks", { numberOfOutputs: 0 });
    node.port.onmessage = ({ data }) => keep(blocks, data, context.sampleRate);
    context.createMediaStreamSource(stream).connect(node);
    recording = { stream, context, blocks };
    button.textContent = "■ Остановить";
    button.setAttribute("aria-pressed", "true");
    tell("Идёт запись. Читайте.");
  } catch (refused) {
    tell("Микрофон недоступен. Выберите файл.");
  }
  button.disabled = false;
}

function keep(blocks, block, rate) {
  blocks.push(block);
  meter.value = block.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
  if (recording && blocks.length * block.length > LONGEST * rate) stop();
}

function stop() {
  const { stream, context, blocks } = recording;
  recording = null;
  stream.getTracks().forEach((track) => track.stop());
  context.close();
  meter.value = 0;
  button.textContent = "● Записать заново";
  button.setAttribute("aria-pressed", "false");
  const file = new File([wav(blocks, context.sampleRate)], "record.wav", { type: "audio/wav" });
  const files = new DataTransfer();
  files.items.add(file);
  field.files = files.files;
  preview(file);
  tell("Записано. Послушайте и сохраните.");
  part("keep").focus();
}

function preview(file) {
  const player = part("take").querySelector("audio");
  if (player.src) URL.revokeObjectURL(player.src);
  part("take").hidden = !file;
  if (file) player.src = URL.createObjectURL(file);
}

function tell(sentence) {
  part("state").textContent = sentence;
}

function wav(blocks, rate) {
  const length = blocks.reduce((sum, block) => sum + block.length, 0);
  const view = new DataView(new ArrayBuffer(44 + 2 * length));
  const text = (at, letters) => [...letters].forEach((c, n) => view.setUint8(at + n, c.charCodeAt(0)));
  text(0, "RIFF"); view.setUint32(4, 36 + 2 * length, true); text(8, "WAVEfmt ");
  view.setUint32(16, 16, true); view.setUint16(20, 1, true); view.setUint16(22, 1, true);
  view.setUint32(24, rate, true); view.setUint32(28, 2 * rate, true);
  view.setUint16(32, 2, true); view.setUint16(34, 16, true);
  text(36, "data"); view.setUint32(40, 2 * length, true);
  let at = 44;
  for (const block of blocks) {
    for (const sample of block) {
      view.setInt16(at, Math.max(-1, Math.min(1, sample)) * 32767, true);
      at += 2;
    }
  }
  return view;
}
