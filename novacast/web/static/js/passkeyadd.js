// The account's page of passkeys: adding one.
import { make, possible, post } from "./passkeys.js";

const form = document.querySelector("[data-passkey-add]");
if (form && possible()) {
  form.hidden = false;
  document.querySelector("[data-passkey-none]").hidden = true;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = form.querySelector("button");
    if (button.disabled) return;
    say("");
    button.disabled = true;
    try {
      const asked = await post("/api/v1/me/passkeys/begin");
      const credential = await make(asked);
      await post("/api/v1/me/passkeys", { ticket: asked.ticket, credential, name: form.elements.namedItem("name").value.trim() });
      location.reload();
    } catch (error) {
      if (error.code === "proof_needed") location.assign(form.dataset.prove);
      else say(error instanceof DOMException ? form.dataset.cancelled : error.message || form.dataset.failed);
    } finally {
      button.disabled = false;
    }
  });
}

function say(words) {
  const place = document.querySelector("[data-passkey-words]");
  place.className = words ? "alert alert--bad" : "";
  place.textContent = words;
}
