// Keeps the door's page, and nothing else, so that it starts without a network. The name of the cache changes with any file.
const PAGE = {{ page | tojson }};
const FILES = [
  PAGE,
{% for name in files %}
  {{ static(name) | tojson }},
{% endfor %}
];
const NAME = `door-${FILES[1]}-{{ language }}`;

addEventListener("install", (event) => {
  event.waitUntil(caches.open(NAME).then((cache) => cache.addAll(FILES)).then(() => skipWaiting()));
});

addEventListener("activate", (event) => {
  const old = (names) => names.filter((name) => name.startsWith("door-") && name !== NAME);
  event.waitUntil(caches.keys().then((names) => Promise.all(old(names).map((name) => caches.delete(name)))).then(() => clients.claim()));
});

addEventListener("fetch", (event) => {
  const { pathname, origin } = new URL(event.request.url);
  if (event.request.method !== "GET" || origin !== location.origin || pathname.startsWith("/api/")) return;
  // The page itself from the network first: what is newer there has other files.
  if (event.request.mode === "navigate") event.respondWith(fetch(event.request, { signal: AbortSignal.timeout(3000) }).catch(() => kept(PAGE)));
  else event.respondWith(kept(event.request).then((found) => found ?? fetch(event.request)));
});

async function kept(request) {
  return (await caches.open(NAME)).match(request, { ignoreSearch: true, ignoreVary: true });
}
