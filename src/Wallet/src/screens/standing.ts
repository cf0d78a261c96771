import { now } from '../clock.ts';
import type { App } from '../app.ts';
import { NO_END } from '../credentials/document.ts';
import type { Door } from '../credentials/siteCard.ts';
import type { Key } from '../keep/key.ts';
import { waysTo, type Way } from '../present.ts';
import type { Child } from './dom.ts';
import { chip } from './parts.ts';

/** One chip: whether the key works now, and until when without a network. */
export function standing(app: App, key: Key): Child {
  const { texts, when } = app;
  const { expires, until, notBefore } = key.document;
  if (until !== undefined && now() >= until) return chip(texts.home.over(when.day(until)), 'mute', 'ban');
  if (key.record.standing === 'ended') return chip(texts.home.ended, 'mute', 'ban');
  if (key.record.standing === 'on-hold') return chip(texts.home.onHold, 'warn', 'pause');
  if (now() >= expires) return chip(app.renewing.has(key.record.id) ? texts.home.renewing : texts.home.stale, 'warn', 'clock');
  if (notBefore !== undefined && now() < notBefore) return chip(texts.home.starts(when.time(notBefore)), 'info', 'clock');
  return chip(expires === NO_END ? texts.home.ready : texts.home.offline(when.time(expires)), 'ok', 'check');
}

export function hasEnded(key: Key): boolean {
  return key.record.standing === 'ended' || (key.document.until !== undefined && now() >= key.document.until);
}

export function wayWords(app: App, door: Door): string {
  const [way] = waysTo(door, true);
  return way === undefined ? app.texts.home.noWay : wayName(app, way);
}

function wayName(app: App, way: Way): string {
  return app.texts.home[way];
}
