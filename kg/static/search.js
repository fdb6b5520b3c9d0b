// Names are completed as they are typed: in a search, where a choice leads to its page, and in forms, which it fills.
// All that comes from the graph is set as text.
"use strict";

for (const [i, input] of document.querySelectorAll("[data-complete]").entries()) complete(input, `found-${i}`);

function complete(input, id) {
  const list = document.createElement("ul");
  Object.assign(list, { id, className: "found", hidden: true });
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Names found");
  input.after(list);
  for (const [name, value] of Object.entries({
    role: "combobox", "aria-autocomplete": "list", "aria-controls": id, "aria-expanded": "false",
  })) input.setAttribute(name, value);
  let found = [], chosen = -1, asked = 0; // of what was asked, only the last answer counts; none to who has chosen since

  async function ask(text) {
    const answer = await fetch(`/complete?q=${encodeURIComponent(text)}`);
    return answer.ok ? answer.json() : null;
  }

  function show(names) {
    found = names;
    chosen = -1;
    list.replaceChildren(...names.map(option));
    if (!names.length) {
      const none = document.createElement("li");
      none.className = "none";
      none.setAttribute("role", "option");
      none.setAttribute("aria-disabled", "true");
      none.textContent = "No such name";
      list.append(none);
    }
    open(true);
    mark();
  }

  function option(name, i) {
    const item = document.createElement("li"), dot = document.createElement("span");
    const words = document.createElement("bdi"), kind = document.createElement("span");
    item.id = `${id}-${i}`;
    item.setAttribute("role", "option");
    dot.className = `dot k${Math.min(name.colour, 11)}`;
    words.textContent = name.name;
    kind.className = "kind";
    kind.textContent = name.kind;
    item.append(dot, words, kind);
    item.addEventListener("mousedown", (event) => { event.preventDefault(); take(i); });
    return item;
  }

  function open(is) {
    list.hidden = !is;
    input.setAttribute("aria-expanded", String(is));
  }

  function close() {
    asked++;
    open(false);
    input.removeAttribute("aria-activedescendant");
  }

  function mark() {
    found.forEach((_, i) => list.children[i].setAttribute("aria-selected", String(i === chosen)));
    if (chosen < 0) return input.removeAttribute("aria-activedescendant");
    input.setAttribute("aria-activedescendant", list.children[chosen].id);
    list.children[chosen].scrollIntoView({ block: "nearest" });
  }

  function take(i) {
    close();
    if (input.dataset.complete === "go") location.assign(found[i].url);
    else input.value = found[i].name;
  }

  input.addEventListener("input", async () => {
    const text = input.value.trim(), mine = ++asked;
    chosen = -1;
    mark();
    if (!text) return close();
    const names = await ask(text).catch(() => null);
    if (mine !== asked) return;
    if (names) show(names);
    else close();
  });

  input.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      if (!list.hidden) event.preventDefault();
      close();
    } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && found.length && !list.hidden) {
      event.preventDefault();
      asked++;
      const step = event.key === "ArrowDown" ? 1 : -1;
      chosen = chosen < 0 && step < 0 ? found.length - 1 : (chosen + step + found.length) % found.length;
      mark();
    } else if (event.key === "Enter" && chosen >= 0 && !list.hidden) {
      event.preventDefault();
      take(chosen);
    }
  });
  input.addEventListener("blur", close);
}

document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select")) return;
  event.preventDefault();
  document.getElementById("find")?.focus();
});
