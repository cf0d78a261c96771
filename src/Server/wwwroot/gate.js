// The pages before sign-in work without this; with it a mailed link needs no typing.
(() => {
  "use strict";
  // The secret of a mailed link stands behind the #, which no request carries.
  const form = document.querySelector("form[data-fragment]"), secret = location.hash.slice(1);
  if (!form || !secret) return;
  for (const link of document.querySelectorAll(".languages a")) link.hash = location.hash;
  form.querySelector("input:not([type=hidden])").value = secret;
  if (form.dataset.fragment === "send") form.requestSubmit();
})();
