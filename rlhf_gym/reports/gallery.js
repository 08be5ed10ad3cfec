"use strict";
// Finds environments by what is written on their cards, copies commands, and plays films in view.

const search = document.querySelector(".search"), cards = [...document.querySelectorAll(".env")];
const found = document.querySelector(".found"), none = document.querySelector(".none");
search.hidden = false;

function filter() {
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  for (const card of cards) {
    const text = card.textContent.toLowerCase();
    card.hidden = !words.every((word) => text.includes(word));
  }
  for (const shelf of document.querySelectorAll(".gallery > section")) {
    shelf.hidden = !shelf.querySelector(".env:not([hidden])");
    document.querySelector(`.shelves a[href="#${shelf.id}"]`).hidden = shelf.hidden;
  }
  const count = cards.filter((card) => !card.hidden).length;
  found.textContent = words.length ? `${count} of ${cards.length}` : "";
  none.hidden = count > 0;
}
search.addEventListener("input", filter);

for (const command of document.querySelectorAll(".command")) {
  const button = document.createElement("button");
  button.textContent = "Copy";
  button.addEventListener("click", async () => {
    const code = command.querySelector("code");
    try {
      await navigator.clipboard.writeText(code.textContent);
      button.textContent = "Copied";
    } catch {
      getSelection().selectAllChildren(code);
      button.textContent = "Selected";
    }
    setTimeout(() => { button.textContent = "Copy"; }, 1500);
  });
  command.append(button);
}

const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
const inView = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) {
    if (!isIntersecting || still) target.pause();
    else target.play().catch(() => {});
  }
});
for (const film of document.querySelectorAll("video")) {
  film.autoplay = false;
  inView.observe(film);
  film.addEventListener("click", () => (film.paused ? film.play() : film.pause()));
}
