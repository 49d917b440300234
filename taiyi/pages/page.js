// Sorts tables of class "sortable" by a click on a heading, and hides rows or answers that a search does not find.
// Without it the pages show everything in the order they were written.
"use strict";
function keyOf(row, column) {
  const cell = row.cells[column];
  const text = cell.dataset.sort ?? cell.textContent.trim();
  return text !== "" && !isNaN(text) ? Number(text) : text;
}
function compare(a, b) {
  if (typeof a === "number" && typeof b === "number") return a - b;
  return String(a).localeCompare(String(b), undefined, { numeric: true });
}
function sortBy(table, heading, column) {
  const first = heading.dataset.first || "ascending";
  const other = first === "ascending" ? "descending" : "ascending";
  const order = heading.getAttribute("aria-sort") === first ? other : first;
  table.querySelectorAll("th[aria-sort]").forEach((th) => th.removeAttribute("aria-sort"));
  heading.setAttribute("aria-sort", order);
  const sign = order === "ascending" ? 1 : -1;
  const body = table.tBodies[0];
  const keyed = [...body.rows].map((row) => [keyOf(row, column), row]);
  // What has no value stays last, whichever way the others go.
  keyed.sort(([a], [b]) => (a === "") - (b === "") || sign * compare(a, b));
  body.append(...keyed.map(([, row]) => row));
}
for (const table of document.querySelectorAll("table.sortable")) {
  for (const heading of table.querySelectorAll("thead th[data-column]")) {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...heading.childNodes);
    heading.append(button);
    button.addEventListener("click", () => sortBy(table, heading, Number(heading.dataset.column)));
  }
}
for (const tools of document.querySelectorAll(".tools")) {
  const search = tools.querySelector("[data-filter]");
  const items = [...document.querySelectorAll(search.dataset.filter)];
  const texts = items.map(() => null);
  const boxes = [...tools.querySelectorAll("input[type=checkbox]")];
  const state = tools.querySelector("[role=status]");
  const apply = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const off = new Set(boxes.filter((box) => !box.checked).map((box) => box.value));
    let shown = 0;
    items.forEach((item, i) => {
      if (words.length && texts[i] === null) texts[i] = item.textContent.toLowerCase();
      const hit = !off.has(item.dataset.verdict) && words.every((word) => texts[i].includes(word));
      item.hidden = !hit;
      shown += hit;
    });
    state.textContent = shown === items.length ? "" : shown + " of " + items.length + " shown";
  };
  let waiting = 0;
  search.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(apply, 120); });
  search.addEventListener("change", apply);
  boxes.forEach((box) => box.addEventListener("change", apply));
  tools.hidden = false;
}
