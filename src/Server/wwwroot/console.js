// The few things the circuit can't do by itself. No page logic lives here.
(() => {
  "use strict";

  // "/" puts the cursor into Find, "n" opens New mobile key, unless somebody is typing.
  document.addEventListener("keydown", (e) => {
    if (e.ctrlKey || e.metaKey || e.altKey || e.isComposing) return;
    if (e.target.closest?.("input, textarea, select, [contenteditable], [role=dialog]")) return;
    const to = e.key === "/" ? document.querySelector("[data-key='/']") : e.key === "n" ? document.querySelector("[data-key='n']") : null;
    if (!to || document.querySelector(".mud-dialog")) return;
    e.preventDefault();
    if (to.matches("input")) to.focus(); else to.click();
  });

  // A click anywhere in a row follows the row's own link; text selection and inner links and buttons stay what they are.
  document.addEventListener("click", (e) => {
    const row = e.target.closest?.("tr.go");
    if (!row || e.target.closest("a, button, input, label") || getSelection()?.toString()) return;
    row.querySelector("a, [data-opens]")?.click();
  });

  window.latchkey = {
    copy: (text) => navigator.clipboard.writeText(text).then(() => true, () => false),
    print: () => window.print(),
    focus: (id) => document.getElementById(id)?.focus(),
    // A sheet takes the focus into the field that asks for it, else to its title. The library's focus trap takes it for itself
    // some moments after opening, so look a few times, but never away from where a person has gone.
    enter: (titleId) => {
      let looks = 12;
      const look = () => {
        const title = document.getElementById(titleId), sheet = title?.closest(".mud-dialog"), now = document.activeElement;
        const wanted = sheet?.querySelector("[autofocus]") ?? title;
        if (wanted && now !== wanted && !(sheet?.contains(now) && now.matches("input, select, textarea, button, a, h2")))
          wanted.focus({ preventScroll: true });
        if (--looks > 0) setTimeout(look, 80);
      };
      look();
    },
    colours: (name) => {
      if (name === "system") document.documentElement.removeAttribute("data-colours");
      else document.documentElement.setAttribute("data-colours", name);
      document.cookie = `latchkey-colours=${name}; path=/; max-age=31536000; samesite=lax` + (location.protocol === "https:" ? "; secure" : "");
    },
    dark: () => getComputedStyle(document.documentElement).colorScheme === "dark"
      || (!document.documentElement.dataset.colours && matchMedia("(prefers-color-scheme: dark)").matches),
  };
})();
