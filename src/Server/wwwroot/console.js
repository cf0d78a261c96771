// The few things the circuit can't do by itself. No page logic lives here.
(() => {
  "use strict";

  // "/" puts the cursor into Find, "n" opens New mobile key, unless somebody is typing.
  document.addEventListener("keydown", (e) => {
    if (e.ctrlKey || e.metaKey || e.altKey || e.isComposing) return;
    if (e.target.closest?.("input, textarea, select, [contenteditable], [role=dialog]")) return;
    const to = e.key === "/" ? document.querySelector("[data-key='/']") : e.key === "n" ? document.querySelector("[data-key='n']") : null;
    if (!to || sheet()) return;
    e.preventDefault();
    if (to.matches("input")) to.focus(); else to.click();
  });

  // A click anywhere in a row follows the row's own link; text selection and inner links and buttons stay what they are.
  document.addEventListener("click", (e) => {
    const row = e.target.closest?.("tr.go");
    if (!row || e.target.closest("a, button, input, label") || getSelection()?.toString()) return;
    row.querySelector("a, [data-opens]")?.click();
  });

  /* --- Before the circuit lives ---------------------------------------------------------------------------
     The page is drawn first and comes alive in its place a moment later. A button that was pressed between is pressed
     again on the live page: the last one only, only for a few seconds, only where the same buttons stand there still, and
     never one that ends something. What was typed between is typed again. Links are plain links until then. */
  const HELD_MS = 5000;
  const drawn = document.querySelector(".app");
  let held = null;

  const words = (button) => button.getAttribute("aria-label") ?? button.textContent.trim();
  const alike = (name) => [...document.querySelectorAll("button")].filter((button) => words(button) === name);

  document.addEventListener("click", (e) => {
    held = null;
    const button = e.target.closest?.("button");
    if (!drawn?.isConnected || !button || button.type === "submit" || button.matches("[popovertarget], .danger, .danger-fill")) return;
    const twins = alike(words(button));
    held = { button, name: words(button), place: twins.indexOf(button), of: twins.length, until: performance.now() + HELD_MS };
  }, true);

  // By name, since another element stands in its place afterwards.
  const typed = new Map();
  const twinOf = (name) => [...document.querySelectorAll("input[aria-label]")].find((input) => input.ariaLabel === name);
  document.addEventListener("input", (e) => {
    if (drawn?.isConnected && e.target.ariaLabel) typed.set(e.target.ariaLabel, { input: e.target, value: e.target.value });
  }, true);

  const retype = () => {
    for (const [name, { input, value }] of typed) {
      const twin = twinOf(name);
      if (input.isConnected || !twin) continue;
      typed.delete(name);
      twin.value = value;
      if (lost()) {
        twin.focus();
        // The page's title asks for the focus of everybody who comes; these hands are at work already.
        document.addEventListener("focusin", (e) => { if (e.target.matches("main h1")) twin.focus(); }, { once: true });
      }
      twin.dispatchEvent(new Event("input", { bubbles: true }));
    }
  };

  const release = () => {
    if (!held || held.button.isConnected) return;
    const { name, place, of, until } = held, twins = alike(name);
    if (performance.now() > until) held = null;
    else if (twins.length === of) {
      held = null;
      twins[place].click();
    }
  };

  /* --- Days ---------------------------------------------------------------------------------------------------
     Half a day in a date input reads as none, and no event tells. So the page is told by an event of its own what the input holds and whether it
     can be read: at once where it is good, else when it is left or sent. */
  const tellDay = (e) => {
    const input = e.target;
    if (!input.matches?.("input[type=date]") || (e.type === "change" && !input.validity.valid) || (e.type === "keydown" && e.key !== "Enter")) return;
    input.dispatchEvent(new CustomEvent("day", { bubbles: true, detail: { value: input.value, unreadable: input.validity.badInput } }));
  };
  for (const type of ["change", "focusout", "keydown"]) document.addEventListener(type, tellDay, true);
  document.addEventListener("DOMContentLoaded", () => window.Blazor?.registerCustomEventType("day", { createEventArgs: (e) => e.detail }));

  /* --- When the connection is lost, or never comes ----------------------------------------------------------
     A lost one is tried again by itself. Where the session has ended meanwhile it would never come back: that is said where
     one signs in. Of a page that was given no connection at all nobody else would tell. */
  const ASKED_MS = 5000;
  const connection = document.getElementById("components-reconnect-modal");

  const mayConnect = async () => {
    const answer = await fetch("/_blazor/initializers").catch(() => null);
    if (answer?.status === 401) location.assign(`/sign-in?why=ended&back=${encodeURIComponent(location.pathname + location.search)}`);
    return answer?.ok === true;
  };

  connection?.addEventListener("components-reconnect-state-changed", ({ detail }) => {
    if (detail.state !== "hide" && !(detail.secondsToNextAttempt > 0)) mayConnect();
  });

  const coming = setInterval(async () => {
    if (drawn?.isConnected && await mayConnect()) return;
    clearInterval(coming);
    if (drawn?.isConnected) connection?.classList.add("components-reconnect-failed");
  }, ASKED_MS);

  /* --- Focus of dialogs -------------------------------------------------------------------------------------
     All on this side of the wire: a keyboard is faster than the way to the server and back. The library's own trap asks the
     server at each end; console.css takes its stops away. */
  const STOPS = "a[href], button, input, select, textarea, iframe, [tabindex]";
  const INNER_STOPS = "input[type=date], input[type=time], input[type=datetime-local], input[type=month], input[type=week], iframe";
  const layers = []; // what lies over the page, lowest first, each with the button that opened it
  let pressed = null, returned = null, typedIn = null, leaving = 0;

  const sheet = () => [...document.querySelectorAll(".mud-dialog")].at(-1);
  const lost = () => !document.activeElement || document.activeElement === document.body;
  const stopsOf = (within) => [...within.querySelectorAll(STOPS)].filter((stop) =>
    stop.tabIndex >= 0 && !stop.matches(":disabled") && stop.getClientRects().length > 0 && getComputedStyle(stop).visibility !== "hidden");
  const enter = (into, backward) => {
    const stops = stopsOf(into);
    (stops.at(backward ? -1 : 0) ?? into).focus();
  };

  document.addEventListener("click", (e) => { pressed = e.target.closest?.("a, button") ?? pressed; leaving = 0; }, true);
  document.addEventListener("input", (e) => { if (!e.target.matches("[type=checkbox], [type=radio], select")) typedIn = e.target; }, true);

  document.addEventListener("keydown", (e) => {
    const top = sheet();
    leaving = 0;
    if (!top) return;
    if (e.key === "Escape") {
      // What was typed is not thrown away by one key; Cancel and the cross do that.
      const typed = typedIn?.isConnected && top.contains(typedIn) && typedIn.value;
      if (!typed && top.contains(document.activeElement)) return;
      e.preventDefault();
      e.stopImmediatePropagation();
      if (!typed) top.querySelector(".sheet-head .icon-button")?.click();
      return;
    }
    if (e.key !== "Tab" || e.ctrlKey || e.altKey || e.metaKey) return;
    const now = document.activeElement, stops = stopsOf(top);
    leaving = e.shiftKey ? -1 : 1;
    // Inside a date the browser goes from part to part; where it leaves the dialog from there, it is brought back below.
    const atEnd = now === stops.at(e.shiftKey ? 0 : -1) && !now.matches(INNER_STOPS);
    if (!atEnd && top.contains(now)) return;
    e.preventDefault();
    enter(top, e.shiftKey);
  }, true);

  document.addEventListener("focusin", (e) => {
    const top = sheet();
    if (leaving && top && !top.contains(e.target)) enter(top, leaving < 0);
  }, true);

  // A sheet takes the focus into the field that asks for it, else to its title, so that the change is read aloud. When what
  // lay over the page is gone, the focus goes back to what opened it, or to the page's title if that is gone, too.
  const settle = () => {
    const now = [...document.querySelectorAll(".mud-dialog, .drawer")];
    for (const layer of now) {
      if (!layers.some((known) => known.layer === layer)) layers.push({ layer, opener: pressed });
    }
    let opener, closed = false;
    while (layers.length > 0 && !layers.at(-1).layer.isConnected) ({ opener } = layers.pop()), closed = true;
    const top = sheet();
    if (closed && lost() && !(top && !top.contains(opener))) {
      (returned = opener?.isConnected ? opener : document.querySelector("main h1"))?.focus({ preventScroll: true });
    } else if (!top && lost() && returned && !returned.isConnected) {
      (returned = document.querySelector("main h1"))?.focus({ preventScroll: true });
    }
    if (top && (lost() || document.activeElement.closest(".app")))
      (top.querySelector("[autofocus]") ?? top.querySelector("h2"))?.focus({ preventScroll: true });
  };

  new MutationObserver(() => { release(); retype(); settle(); }).observe(document.body, { childList: true, subtree: true });

  /* --- Each tab keeps its workplace ---------------------------------------------------------------------------
     The cookie names the one that was chosen last, in whichever tab. A tab that was elsewhere goes back there, once: where it may be no more, it stays. */
  const WORKPLACE = "latchkey-workplace", TRIED = "latchkey-workplace-tried";
  const go = "/workplace/go?to=";
  const here = document.querySelector("[data-workplace]")?.dataset.workplace;
  if (here) {
    const mine = sessionStorage.getItem(WORKPLACE);
    if (!mine || mine === here || sessionStorage.getItem(TRIED) === mine) {
      sessionStorage.setItem(WORKPLACE, here);
      sessionStorage.removeItem(TRIED);
    } else {
      sessionStorage.setItem(TRIED, mine);
      location.replace(`${go}${mine}&back=${encodeURIComponent(location.pathname + location.search)}`);
    }
  }
  document.addEventListener("click", (e) => {
    const link = e.target.closest?.(`a[href^="${go}"]`);
    if (link && !e.ctrlKey && !e.metaKey && !e.shiftKey && e.button === 0) sessionStorage.setItem(WORKPLACE, new URL(link.href).searchParams.get("to"));
  }, true);

  window.latchkey = {
    copy: (text) => navigator.clipboard.writeText(text).then(() => true, () => false),
    print: () => window.print(),
    // A new passkey of this device, as JSON; null where the browser knows none or the person turned back.
    passkey: (options) => window.PublicKeyCredential?.parseCreationOptionsFromJSON
      ? navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(JSON.parse(options)) }).then(JSON.stringify, () => null)
      : null,
    focus: (id) => document.getElementById(id)?.focus(),
    colours: (name) => {
      if (name === "system") document.documentElement.removeAttribute("data-colours");
      else document.documentElement.setAttribute("data-colours", name);
      document.cookie = `latchkey-colours=${name}; path=/; max-age=31536000; samesite=lax` + (location.protocol === "https:" ? "; secure" : "");
    },
    // Asked by the page as soon as it lives.
    dark: () => (document.documentElement.dataset.lives = "yes") && (getComputedStyle(document.documentElement).colorScheme === "dark"
      || (!document.documentElement.dataset.colours && matchMedia("(prefers-color-scheme: dark)").matches)),
  };
})();
