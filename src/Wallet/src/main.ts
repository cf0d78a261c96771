import { App, depth } from './app.ts';
import { fromFragment, readCode } from './credentials/code.ts';
import { placeOf, surroundings } from './phone/place.ts';
import { checkPhone } from './phone/readiness.ts';
import { recallHandles } from './radios/webBluetooth.ts';
import { Problem } from './server/calls.ts';
import { arrival } from './screens/arrival.ts';
import { enterCode } from './screens/code.ts';
import { h } from './screens/dom.ts';
import { home } from './screens/home.ts';
import { homeScreenFirst } from './screens/homeScreenFirst.ts';
import { button, note } from './screens/parts.ts';
import { readiness } from './screens/ready.ts';
import { settings } from './screens/settings.ts';

/** From the tap on the icon to *ready*: read what is kept, draw; everything else comes after the first paint. */
const app = new App(home, settings);
void begin(takeCode());

/** The code leaves the address at once: it must not stay in the history, nor be shared with a copied address. */
function takeCode(): string | undefined {
  const { hash, pathname } = location;
  if (hash.length <= 1) return undefined;
  history.replaceState({ depth: 0 }, '', pathname);
  return fromFragment(hash);
}

async function begin(arriving: string | undefined): Promise<void> {
  const root = document.getElementById('app')!;
  addEventListener('error', ({ filename }) => {
    // What an extension of the browser breaks is not ours.
    if (filename.startsWith(location.origin)) broken(root);
  });
  addEventListener('unhandledrejection', () => broken(root));
  addEventListener('beforeinstallprompt', offerInstall);
  try {
    await app.start(root);
  } catch (fault) {
    // Most likely the words did not come over a bad network: there is nothing to say it in, but a way to begin again.
    root.replaceChildren(button('Latchkey ↻', () => startAgain(arriving)));
    throw fault;
  }
  void arrive(arriving);
  // A link tapped while the wallet is open changes the fragment only.
  addEventListener('hashchange', () => {
    const code = takeCode();
    if (code !== undefined) void arrive(code);
  });
  requestAnimationFrame(() => setTimeout(() => void afterPaint(), 0));
}

function offerInstall(event: Event): void {
  event.preventDefault();
  app.install = event as Event & { prompt(): Promise<unknown> };
  if (app.texts !== undefined) refreshHome();
}

async function arrive(arriving: string | undefined): Promise<void> {
  if (app.storeClosed) return stopHere(arriving);
  const place = placeOf(surroundings());
  if (arriving !== undefined) {
    const reading = readCode(arriving);
    if (place === 'apple-browser') return app.go(homeScreenFirst(app, reading.kind === 'good' ? reading.canonical : undefined));
    const waiting = enterCode(app, arriving);
    app.go(waiting);
    if (reading.kind !== 'good') return;
    try {
      const next = await arrival(app, reading.canonical);
      if (!app.isTop(waiting)) return;
      if (next === 'home') app.home();
      else app.replace(next);
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      if (app.isTop(waiting)) app.replace(enterCode(app, arriving, problem));
    }
    return;
  }
  app.draw();
  if (app.keys.length > 0) return;
  if (place === 'apple-browser') app.go(homeScreenFirst(app, undefined));
  else if (place === 'installed') app.go(enterCode(app));
}

/** Where the browser keeps nothing no key can live: the phone check says so, and what can be done, before a code is looked at. */
async function stopHere(arriving: string | undefined): Promise<void> {
  app.draw();
  app.go(readiness(app, await checkPhone(), arriving === undefined ? undefined : { onContinue: () => startAgain(arriving) }));
}

/** The page anew, with the code that it was opened with. */
function startAgain(arriving: string | undefined): void {
  if (arriving !== undefined) history.replaceState({ depth: 0 }, '', `#${arriving}`);
  location.reload();
}

async function afterPaint(): Promise<void> {
  performance.mark('ready');
  if (app.storeClosed) return keepOffline();
  const renew = async () => {
    if (await app.renew()) refreshHome();
  };
  // What other tabs did meanwhile, and what the hour makes of it, shows without a network, too.
  const lookAgain = async () => {
    if (document.visibilityState !== 'visible') return;
    await app.reload();
    refreshHome();
    await renew();
  };
  addEventListener('online', () => void lookAgain());
  addEventListener('visibilitychange', () => void lookAgain());
  setInterval(() => void lookAgain(), RENEW_LOOK_MS);
  await Promise.all([keepOffline(), renew(), recallHandles()]);
}

const RENEW_LOOK_MS = 60_000;

/** A renewal changes what home says; a verdict or a half-typed code on top is left alone. */
function refreshHome(): void {
  if (depth() === 0) app.refresh();
}

async function keepOffline(): Promise<void> {
  if (!('serviceWorker' in navigator)) return;
  const registration = await navigator.serviceWorker.register('sw.js').catch(() => undefined);
  if (registration === undefined) return;
  let reloading = false;
  const had = navigator.serviceWorker.controller !== null;
  navigator.serviceWorker.addEventListener('controllerchange', () => {
    if (had && !reloading) location.reload();
    reloading = true;
  });
  const waiting = () => {
    app.updateWaiting = registration.waiting !== null && had;
  };
  waiting();
  registration.addEventListener('updatefound', () => registration.installing?.addEventListener('statechange', waiting));
}

/** A fault of the wallet itself: said plainly; keys are not touched by it. */
function broken(root: HTMLElement): void {
  if (app.texts === undefined || root.querySelector(':scope > .note') !== null) return;
  root.prepend(note('bad', 'warn', app.texts.fault.title, h('p', {}, app.texts.fault.say)));
}
