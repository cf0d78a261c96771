// The pages before sign-in work without this; with it a mailed link needs no typing, and passkeys can be used.
(() => {
  "use strict";
  // The secret of a mailed link stands behind the #, which no request carries.
  const form = document.querySelector("form[data-fragment]"), secret = location.hash.slice(1);
  if (form && secret) {
    for (const link of document.querySelectorAll(".languages a")) link.hash = location.hash;
    form.querySelector("input:not([type=hidden])").value = secret;
    if (form.dataset.fragment === "send") form.requestSubmit();
  }

  // The browser's answer goes with the form that asked; who turns back is left where they were.
  if (!window.PublicKeyCredential?.parseRequestOptionsFromJSON) return;
  for (const asks of document.querySelectorAll("form[data-passkey]")) {
    asks.hidden = false;
    asks.addEventListener("submit", async (e) => {
      e.preventDefault();
      const options = JSON.parse(asks.dataset.options);
      const answer = await (asks.dataset.passkey === "create"
        ? navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) })
        : navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) })).catch(() => null);
      if (!answer) return;
      asks.querySelector("[name$='.Credential']").value = JSON.stringify(answer);
      asks.submit();
    });
  }
})();
