// Ed25519 by the browser's own WebCrypto where it has it and the page is in a secure context, else by a script.
let imported = new Map(); // public key in hexadecimal -> CryptoKey
let script = null;
let own = Boolean(globalThis.crypto?.subtle);

export async function isSigned(publicHex, signature, body) {
  if (own) {
    try {
      if (!imported.has(publicHex)) imported.set(publicHex, await crypto.subtle.importKey("raw", unhex(publicHex), "Ed25519", false, ["verify"]));
      return await crypto.subtle.verify("Ed25519", imported.get(publicHex), signature, body);
    } catch {
      own = false;
      imported = new Map();
    }
  }
  const ed25519 = await load();
  return ed25519.verify(signature, body, unhex(publicHex), { zip215: false });
}

/** Ahead of the first ticket: a script is fetched while there is a network. */
export async function load() {
  script ??= Promise.all([import("../../vendor/noble-ed25519/ed25519.js"), import("../../vendor/noble-hashes/sha2.js")]).then(
    ([ed25519, { sha512 }]) => {
      ed25519.hashes.sha512 = sha512;
      return ed25519;
    },
  );
  return script;
}

function unhex(text) {
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}
