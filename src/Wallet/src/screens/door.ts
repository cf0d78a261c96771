import { hex } from '../wire/bytes.ts';
import type { App, Screen } from '../app.ts';
import type { Door } from '../credentials/siteCard.ts';
import type { Key } from '../keep/key.ts';
import { waysTo } from '../present.ts';
import { openDoor } from './opening.ts';
import { button, facts, helper, note, page } from './parts.ts';
import { h, icon } from './dom.ts';
import { hasEnded } from './standing.ts';

/** A door's name wherever it stands large: the way to what else is known of it. */
export function doorHeading(app: App, key: Key, door: Door): HTMLElement {
  const details = () => app.go(doorDetails(app, key.record.id, door));
  return h('h2', {}, h('button', { class: 'dn', type: 'button', onclick: details }, h('span', {}, door.name), icon('chev')));
}

/** A door: what it asks for, and every way this phone has to it. */
export function doorDetails(app: App, keyId: string, shown: Door): Screen {
  return {
    draw() {
      const { texts, when, language } = app;
      const key = app.keys.find(({ record }) => record.id === keyId);
      if (key === undefined) return page(app, shown.name);
      // A renewal may have brought newer facts.
      const door = key.card.doors.find(({ reader }) => hex(reader) === hex(shown.reader)) ?? shown;
      const usedAt = key.record.opened[hex(door.reader)];
      const allowed = Object.entries(texts.door.wayNames)
        .filter(([bit]) => (door.ways & Number(bit)) !== 0)
        .map(([, name]) => name);
      const ways = hasEnded(key) ? [] : waysTo(door, navigator.onLine);
      return page(
        app,
        door.name,
        h('p', { class: 'mut' }, key.card.customer),
        facts([
          [texts.door.readerId, h('span', { class: 'mono' }, door.readerId)],
          [texts.door.ways, new Intl.ListFormat(language, { type: 'disjunction' }).format(allowed)],
          [texts.door.hours, door.hours?.get(language) ?? door.hours?.get('en') ?? texts.door.always],
          [texts.door.presentation, texts.door.modes[door.presentation]],
          [texts.door.secondFactor, door.secondFactor ? texts.door.locked : undefined],
          [texts.door.last, usedAt === undefined ? undefined : when.time(usedAt)],
        ]),
        hasEnded(key) && note('warn', 'ban', texts.home.ended, h('p', {}, texts.home.endedSay(key.card.customer))),
        !hasEnded(key) && ways.length === 0 && noWay(app, door),
        h(
          'div',
          { class: 'foot' },
          ...ways.map((way, index) =>
            button(texts.door.over[way], () => openDoor(app, key, door, way), index === 0 ? 'primary' : 'quiet'),
          ),
          helper(app, key.card, 'text'),
        ),
      );
    },
  };
}

function noWay(app: App, door: Door): HTMLElement {
  const { title, say } = waysTo(door, true).length === 0 ? app.texts.present.noWayEver : app.texts.present.noWay;
  return note('warn', 'wifioff', title, h('p', {}, say));
}
