/** Keeps the wallet opening without a network: every file of one build, cached together and dropped together. */
declare const CACHE: string;
declare const FILES: readonly string[];
const worker = self as unknown as ServiceWorkerGlobalScope;

worker.addEventListener('install', (event) => event.waitUntil(keepAll()));
worker.addEventListener('activate', (event) => event.waitUntil(dropOthers()));
worker.addEventListener('fetch', (event) => {
  const { request } = event;
  // Calls to the server are never answered from a cache.
  if (request.method === 'GET' && request.url.startsWith(worker.registration.scope)) event.respondWith(fromCache(request));
});
// A page that runs keeps the files it began with; only when it says so does the new build take over.
worker.addEventListener('message', (event) => {
  if (event.data === 'take over') void worker.skipWaiting();
});

async function keepAll(): Promise<void> {
  const cache = await caches.open(CACHE);
  // 'reload' passes the browser's own cache by, so that a build never mixes with the one before.
  await cache.addAll(FILES.map((file) => new Request(file, { cache: 'reload' })));
}

async function dropOthers(): Promise<void> {
  for (const name of await caches.keys()) {
    if (name.startsWith('wallet-') && name !== CACHE) await caches.delete(name);
  }
  await worker.clients.claim();
}

let kept: Promise<Cache> | undefined;

async function fromCache(request: Request): Promise<Response> {
  const cache = await (kept ??= caches.open(CACHE));
  const found = await cache.match(request.mode === 'navigate' ? './' : request, { ignoreSearch: request.mode === 'navigate' });
  return found ?? fetch(request);
}
