"use strict";
// Follows a training: asks for the page again, and changes only those parts that are new. It comes
// before the script of all pages, so that parts are compared as they were sent.

const WAIT = 3000;
const PARTS = ".status, body > header, nav, main > section, footer";
const sent = new Map();
let version = "", failed = 0;

function nameOf(part) { return part.matches(".status") ? "status" : part.id || part.tagName; }
function parts(page) { return new Map([...page.querySelectorAll(PARTS)].map((part) => [nameOf(part), part])); }
for (const [name, part] of parts(document)) sent.set(name, part.outerHTML);

function change(page) {
  const shown = parts(document), fresh = parts(page);
  for (const [name, part] of shown) if (!fresh.has(name)) { part.remove(); sent.delete(name); }
  let before = null;
  for (const [name, part] of fresh) {
    const text = part.outerHTML, old = shown.get(name);
    if (old && sent.get(name) === text) { before = old; continue; }
    if (old) old.replaceWith(part);
    else if (part.matches("section") && !before.matches("section")) document.querySelector("main").prepend(part);
    else before.after(part);
    sent.set(name, text);
    before = part;
    if (part.matches("section")) joined(part);
  }
  document.title = page.title;
}

async function follow() {
  try {
    const answer = await fetch(location.href, { headers: version ? { "If-None-Match": version } : {} });
    failed = 0;
    if (answer.status === 200) {
      change(new DOMParser().parseFromString(await answer.text(), "text/html"));
      version = answer.headers.get("ETag");
    }
  } catch {
    failed += 1;
    if (failed > 2) {
      const status = document.querySelector(".status");
      status.className = "status gone";
      status.textContent = "This page follows the run no longer: the command that served it has ended. What you see is how the run was then.";
      return;
    }
  }
  setTimeout(follow, WAIT);
}

setTimeout(follow, WAIT);
