// A call's recordings: their waves, a mark for each line, a click on a line to hear it.
// The keys belong to the one that was heard last.
"use strict";

let active = document.querySelector("[data-player]");

// The line for which the page was opened, or the last one before it that has a sound.
const wanted = document.querySelector(".dialogue .sought") || document.querySelector(".dialogue li:target");
const heard = [...document.querySelectorAll(".dialogue [data-recording]")].filter(
  (line) => wanted && (line === wanted || line.compareDocumentPosition(wanted) & Node.DOCUMENT_POSITION_FOLLOWING)).pop();
if (wanted?.classList.contains("sought")) {
  (wanted.querySelector("[autofocus]") || wanted).focus({ preventScroll: true });
  wanted.scrollIntoView({ block: "center", behavior: "instant" });
}

for (const player of document.querySelectorAll("[data-player]")) {
  const canvas = player.querySelector("canvas");
  const audio = player.querySelector("audio");
  const lines = [...document.querySelectorAll(`.dialogue [data-recording="${player.dataset.player}"]`)];
  const silent = JSON.parse(player.dataset.silent);
  const told = player.querySelector(".now-silent");
  let peaks = { caller: [], line: [] };

  const styles = getComputedStyle(document.documentElement);
  const colour = (name) => styles.getPropertyValue(name).trim();

  const hatch = (pen, from, wide, height) => {
    pen.save();
    pen.beginPath();
    pen.rect(from, 0, wide, height);
    pen.clip();
    pen.strokeStyle = colour("--soft");
    pen.beginPath();
    for (let x = from - height; x < from + wide; x += 7) {
      pen.moveTo(x, height);
      pen.lineTo(x + height, 0);
    }
    pen.stroke();
    pen.strokeRect(from, 0, wide, height);
    pen.restore();
  };

  const draw = () => {
    const scale = window.devicePixelRatio || 1;
    const width = canvas.clientWidth, height = canvas.clientHeight;
    canvas.width = width * scale;
    canvas.height = height * scale;
    const pen = canvas.getContext("2d");
    pen.scale(scale, scale);
    const middle = height / 2;
    const played = audio.duration ? audio.currentTime / audio.duration : 0;
    const columns = peaks.line.length;
    for (let at = 0; at < columns; at += 1) {
      const x = at / columns * width, wide = Math.max(1, width / columns - .5);
      pen.globalAlpha = at / columns <= played ? 1 : .45;
      pen.fillStyle = colour("--focus");
      pen.fillRect(x, middle - 1 - peaks.caller[at] / 100 * (middle - 2), wide, peaks.caller[at] / 100 * (middle - 2));
      pen.fillStyle = colour("--brand");
      pen.fillRect(x, middle + 1, wide, peaks.line[at] / 100 * (middle - 2));
    }
    pen.globalAlpha = 1;
    pen.fillStyle = colour("--soft");
    if (audio.duration) {
      for (const [since, until] of silent) {
        const from = since / audio.duration * width, to = Math.min(until, audio.duration) / audio.duration * width;
        hatch(pen, from, Math.max(2, to - from), height);
      }
      for (const line of lines) pen.fillRect(line.dataset.at / audio.duration * width, middle - 3, 1, 6);
      pen.fillStyle = colour("--ink");
      pen.fillRect(played * width, 0, 2, height);
    }
  };

  const hear = (seconds) => {
    for (const other of document.querySelectorAll("audio")) if (other !== audio) other.pause();
    audio.currentTime = Math.min(seconds, audio.duration || seconds);
    audio.play();
  };
  const step = (by) => {
    const here = lines.filter((line) => line.dataset.at <= audio.currentTime + .2).length - 1;
    const next = lines[Math.max(0, Math.min(lines.length - 1, here + by))];
    if (next) hear(Number(next.dataset.at));
  };

  const follow = () => {
    let now = null;
    for (const line of lines) if (line.dataset.at <= audio.currentTime + .05) now = line;
    for (const line of lines) line.classList.toggle("playing", line === now && !audio.paused);
    if (told) told.hidden = !silent.some(([since, until]) => since <= audio.currentTime && audio.currentTime < until);
    draw();
  };

  for (const line of lines) {
    line.querySelector("[data-hear]").addEventListener("click", () => hear(Number(line.dataset.at)));
  }
  audio.addEventListener("play", () => { active = player; });
  canvas.addEventListener("click", (event) => {
    if (audio.duration) hear(event.offsetX / canvas.clientWidth * audio.duration);
  });
  player.querySelector("[data-speed]").addEventListener("change", (event) => {
    audio.playbackRate = Number(event.target.value);
  });
  for (const name of ["timeupdate", "seeked", "play", "pause", "loadedmetadata"]) audio.addEventListener(name, follow);
  window.addEventListener("resize", draw);

  document.addEventListener("keydown", (event) => {
    if (active !== player) return;
    if (event.target.closest("input, select, textarea, button, a, summary, audio") || event.ctrlKey || event.altKey || event.metaKey) return;
    const keys = {
      " ": () => (audio.paused ? audio.play() : audio.pause()),
      ArrowLeft: () => { audio.currentTime -= 5; },
      ArrowRight: () => { audio.currentTime += 5; },
      ArrowUp: () => step(-1),
      ArrowDown: () => step(1),
    };
    if (!keys[event.key]) return;
    event.preventDefault();
    keys[event.key]();
  });

  fetch(player.dataset.peaks).then((answer) => (answer.ok ? answer.json() : peaks)).then((found) => {
    peaks = found;
    draw();
  });
  const begin = lines.includes(heard) ? heard : null;
  if (begin) {
    active = player;
    const ready = () => { audio.currentTime = Number(begin.dataset.at); };
    if (audio.readyState >= HTMLMediaElement.HAVE_METADATA) ready();
    else audio.addEventListener("loadedmetadata", ready, { once: true });
  }
}
