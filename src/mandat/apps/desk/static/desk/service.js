/* Keeps the shell of the carnets' pages on the device: the page and its files, never what it holds. */
"use strict";
const CACHE = "mandat-carnet-1";

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

/* The page tells which files it needs: their addresses change with each version of the site. */
self.addEventListener("message", (event) => {
  const wanted = event.data && event.data.keep;
  if (!Array.isArray(wanted)) return;
  event.waitUntil((async () => {
    const cache = await caches.open(CACHE);
    let kept = 0;
    for (const url of wanted) {
      const response = await fetch(url, { credentials: "same-origin", cache: "reload" });
      if (!response.ok || response.redirected) continue;
      await cache.put(url, response);
      kept += 1;
    }
    if (event.source) event.source.postMessage({ kept, wanted: wanted.length });
  })().catch(() => event.source && event.source.postMessage({ kept: 0, wanted: wanted.length })));
});

self.addEventListener("fetch", (event) => {
  const request = event.request;
  if (request.method !== "GET" || new URL(request.url).origin !== self.location.origin) return;
  event.respondWith((async () => {
    try {
      return await fetch(request);
    } catch (error) {
      const cache = await caches.open(CACHE);
      const kept = await cache.match(request, { ignoreSearch: true, ignoreVary: true });
      if (kept) return kept;
      throw error;
    }
  })());
});
