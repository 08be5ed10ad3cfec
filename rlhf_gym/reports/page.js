"use strict";
// Videos of one group play, pause and move together, and wait for each other before they start
// again. Without this script each has the controls of the browser and plays by itself.

function joined(root) {
  for (const group of root.querySelectorAll("[data-together]")) {
    const videos = [...group.querySelectorAll("video")];
    if (videos.length) join(group, videos);
  }
}

function join(group, videos) {
  const player = group.appendChild(made("div", "player"));
  const button = player.appendChild(made("button", "toggle"));
  const slider = player.appendChild(made("input", ""));
  Object.assign(slider, { type: "range", min: 0, max: 1000, value: 0 });
  slider.setAttribute("aria-label", "Time");
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  let wanted = !still, seen = false, again = 0;

  for (const video of videos) {
    video.controls = video.loop = video.autoplay = false;
    video.pause();
    video.addEventListener("click", toggle);
    video.addEventListener("ended", restart);
    if (video.dataset.sound) player.appendChild(hearing(video, videos));
  }
  button.addEventListener("click", toggle);
  slider.addEventListener("input", () => {
    set(false);
    for (const video of videos) video.currentTime = Math.min(slider.value / 1000 * longest(), length(video));
  });
  new IntersectionObserver(([entry]) => { seen = entry.isIntersecting; go(); }).observe(group);
  set(wanted);

  function length(video) { return Number.isFinite(video.duration) ? video.duration : 0; }
  function longest() { return Math.max(...videos.map(length)); }
  function toggle() { set(!wanted); }
  function set(playing) {
    wanted = playing;
    button.classList.toggle("playing", playing);
    button.setAttribute("aria-label", playing ? "Pause" : "Play");
    go();
  }
  function go() {
    clearTimeout(again);
    again = 0;
    const playing = wanted && seen;
    if (playing && videos.every((video) => video.ended)) for (const video of videos) video.currentTime = 0;
    for (const video of videos) {
      if (!playing) video.pause();
      else if (!video.ended) video.play().catch(() => {});
    }
    if (playing) requestAnimationFrame(follow);
  }
  function restart() {
    if (wanted && !again && videos.every((video) => video.ended)) again = setTimeout(go, 700);
  }
  function follow() {
    const [first, ...others] = [...videos].sort((a, b) => length(b) - length(a));
    slider.value = longest() ? first.currentTime / longest() * 1000 : 0;
    for (const video of others) {
      const time = Math.min(first.currentTime, length(video));
      if (!video.ended && Math.abs(video.currentTime - time) > 0.1) video.currentTime = time;
    }
    if (wanted && seen && group.isConnected) requestAnimationFrame(follow);
  }
}

function hearing(video, videos) {
  const button = made("button", "hear");
  button.textContent = "Hear " + video.getAttribute("aria-label").toLowerCase();
  button.addEventListener("click", () => {
    const loud = video.muted;
    for (const each of videos) each.muted = true;
    video.muted = !loud;
    for (const each of button.parentNode.querySelectorAll(".hear")) each.classList.remove("on");
    button.classList.toggle("on", loud);
  });
  return button;
}

function made(tag, name) {
  const element = document.createElement(tag);
  element.className = name;
  return element;
}

// A print has no moving pictures: it shows their posters.
addEventListener("beforeprint", () => {
  for (const video of document.querySelectorAll("video[poster]")) {
    const still = made("img", "still");
    still.src = video.poster;
    video.after(still);
  }
});
addEventListener("afterprint", () => {
  for (const still of document.querySelectorAll("img.still")) still.remove();
});

joined(document);
