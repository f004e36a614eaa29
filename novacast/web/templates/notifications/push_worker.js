// Shows what is pushed to this browser, and opens its page. It keeps nothing and answers no request.
addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => event.waitUntil(clients.claim()));

addEventListener("push", (event) => {
  let told = {};
  try {
    told = event.data?.json() ?? {};
  } catch {
    // Nothing of ours: something must be shown all the same, or the browser takes the permission away.
  }
  const { title = {{ venue | tojson }}, body = "", path = "/", tag = "", lang = "", key = "" } = told;
  const icon = {{ static("img/icon-192.png") | tojson }};
  const shown = registration.showNotification(title, { body, tag, lang, icon, data: { path } });
  event.waitUntil(key ? shown.then(() => subscribe(key)) : shown);
});

addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(open(event.notification.data?.path ?? "/"));
});

/** A page of this site, in a window that shows it already, or else in a new one. */
async function open(path) {
  const place = new URL(path, location.origin);
  if (place.origin !== location.origin) return;
  const pages = await clients.matchAll({ type: "window", includeUncontrolled: true });
  const there = pages.find((one) => new URL(one.url).pathname === place.pathname);
  await (there ? there.focus() : clients.openWindow(place.href));
}

/** With the house's new key, in place of what an older one made. */
async function subscribe(key) {
  const old = await registration.pushManager.getSubscription();
  await old?.unsubscribe();
  const fresh = await registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
  await tell(fresh, key);
}

// The browser has another address now: the house is told, as its page would.
addEventListener("pushsubscriptionchange", (event) => event.waitUntil(renew(event)));

async function renew({ oldSubscription, newSubscription }) {
  const options = oldSubscription?.options;
  const fresh = newSubscription ?? (options && (await registration.pushManager.subscribe(options)));
  if (fresh) await tell(fresh);
}

async function tell(fresh, key = "") {
  const headers = { "Content-Type": "application/json" };
  await fetch("/api/v1/me/push", { method: "PUT", headers, body: JSON.stringify({ ...fresh.toJSON(), key }) });
}
