// Links to sounds play in place, one at a time; without this they open as files.
"use strict";

const player = new Audio();
let playing = null;

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-sound]");
  if (!link) return;
  event.preventDefault();
  const again = playing === link;
  quiet();
  if (again) return;
  playing = link;
  link.firstElementChild.textContent = "■ Стоп";
  player.src = link.href;
  player.play().catch(quiet);
});

player.addEventListener("ended", quiet);

function quiet() {
  player.pause();
  if (playing) playing.firstElementChild.textContent = "▶ Слушать";
  playing = null;
}
