// Search in the list of the index: it hides what does not match, and brings no text into the page.
"use strict";
(function () {
  const box = document.querySelector(".search");
  const field = document.getElementById("words");
  const found = document.getElementById("found");
  const entries = Array.from(document.querySelectorAll(".entry"));
  const index = window.contrecoupIndex || [];
  if (!box || index.length !== entries.length) {
    return; // the whole list stays
  }
  const fold = (text) =>
    text
      .toLowerCase()
      .replace(/œ/g, "oe")
      .replace(/æ/g, "ae")
      .replace(/’/g, "'")
      .replace(/−/g, "-")
      .normalize("NFD")
      .replace(/\p{M}/gu, "");
  const search = () => {
    const words = fold(field.value).split(/\s+/).filter(Boolean);
    let shown = 0;
    entries.forEach((entry, at) => {
      const matches = words.every((word) => index[at].includes(word));
      entry.hidden = !matches;
      shown += matches ? 1 : 0;
    });
    document.querySelectorAll(".entries").forEach((list) => {
      list.closest("section").hidden = !list.querySelector(".entry:not([hidden])");
    });
    found.textContent = words.length ? found.dataset.found.replace("{n}", String(shown)) : "";
  };
  field.addEventListener("input", search);
  box.hidden = false;
  if (location.hash.startsWith("#q=")) {
    field.value = decodeURIComponent(location.hash.slice(3));
    search();
  }
})();
