"use strict";
for (const table of document.querySelectorAll("table.sorts")) {
  const body = table.tBodies[0];
  table.tHead.addEventListener("click", (event) => {
    const head = event.target.closest("button")?.parentElement;
    if (!head) return;
    const falls = head.getAttribute("aria-sort") === "ascending";
    for (const other of head.parentElement.cells) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", falls ? "descending" : "ascending");
    const value = (row) => {
      const cell = row.cells[head.cellIndex];
      return cell.dataset.v ?? cell.textContent.trim();
    };
    const number = head.classList.contains("n");
    const rows = [...body.rows].sort((a, b) => {
      const [x, y] = [value(a), value(b)];
      const order = number ? (x === "" ? -1 : +x) - (y === "" ? -1 : +y) : x.localeCompare(y);
      return falls ? -order : order;
    });
    body.append(...rows);
  });
}
const words = document.getElementById("words");
const kind = document.getElementById("kind");
const rows = [...document.querySelectorAll("#of-students tbody tr")];
const filter = () => {
  const wanted = words.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
  let shown = 0;
  for (const row of rows) {
    const text = `${row.textContent} ${row.dataset.is}`.toLowerCase();
    const is = kind.value === "" || row.dataset.is.split("|").includes(kind.value);
    row.hidden = !is || !wanted.every((word) => text.includes(word));
    shown += !row.hidden;
  }
  document.getElementById("shown").textContent = `${shown} of ${rows.length} students`;
};
words?.addEventListener("input", filter);
kind?.addEventListener("change", filter);
if (words) filter();
