// Ceremonies with authenticators: what the server asks in JSON, as the bytes that browsers want, and the answer back.

export const possible = () => isSecureContext && "PublicKeyCredential" in window;

/** Whether passkeys can be offered among what fills in a form. */
export const conditional = async () => (await window.PublicKeyCredential?.isConditionalMediationAvailable?.()) ?? false;

/** POST; the answer's JSON. Throws an Error with the server's words as message and its `code`. */
export async function post(path, body) {
  const headers = { Accept: "application/json", ...(body ? { "Content-Type": "application/json" } : {}) };
  const answer = await fetch(path, { method: "POST", headers, body: body && JSON.stringify(body) });
  const told = answer.status === 204 ? null : await answer.json().catch(() => null);
  if (!answer.ok) throw Object.assign(new Error(told?.detail ?? ""), { code: told?.code ?? "", status: answer.status });
  return told;
}

export async function make({ public_key: asked }) {
  const { response, ...credential } = await navigator.credentials.create({
    publicKey: { ...asked, challenge: bytes(asked.challenge), user: { ...asked.user, id: bytes(asked.user.id) }, excludeCredentials: known(asked.excludeCredentials) },
  }).then(plain);
  return {
    ...credential,
    response: { clientDataJSON: text(response.clientDataJSON), attestationObject: text(response.attestationObject), transports: response.getTransports?.() ?? [] },
  };
}

/** `more`: a signal, or mediation. */
export async function use({ public_key: asked }, more = {}) {
  const { response, ...credential } = await navigator.credentials.get({
    ...more,
    publicKey: { ...asked, challenge: bytes(asked.challenge), allowCredentials: known(asked.allowCredentials) },
  }).then(plain);
  return {
    ...credential,
    response: {
      clientDataJSON: text(response.clientDataJSON),
      authenticatorData: text(response.authenticatorData),
      signature: text(response.signature),
      userHandle: response.userHandle && text(response.userHandle),
    },
  };
}

const plain = ({ id, response }) => ({ id, response });
const known = (list) => (list ?? []).map((one) => ({ ...one, id: bytes(one.id) }));

function bytes(words) {
  return Uint8Array.from(atob(words.replaceAll("-", "+").replaceAll("_", "/")), (sign) => sign.charCodeAt(0));
}

function text(buffer) {
  let signs = "";
  for (const byte of new Uint8Array(buffer)) signs += String.fromCharCode(byte);
  return btoa(signs).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}
