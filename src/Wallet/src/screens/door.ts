import { hex } from '../wire/bytes.ts';
import type { App, Screen } from '../app.ts';
import type { Door } from '../credentials/siteCard.ts';
import { waysTo } from '../present.ts';
import { openDoor } from './opening.ts';
import { button, facts, page } from './parts.ts';
import { h } from './dom.ts';

/** A door: what it asks for, and every way this phone has to it. */
export function doorDetails(app: App, keyId: string, door: Door): Screen {
  return {
    draw() {
      const { texts, when, language } = app;
      const key = app.keys.find(({ record }) => record.id === keyId)!;
      const usedAt = key.record.opened[hex(door.reader)];
      const allowed = Object.entries(texts.door.wayNames)
        .filter(([bit]) => (door.ways & Number(bit)) !== 0)
        .map(([, name]) => name);
      const ways = waysTo(door, navigator.onLine);
      return page(
        app,
        door.name,
        facts([
          [texts.door.readerId, h('span', { class: 'mono' }, door.readerId)],
          [texts.door.ways, new Intl.ListFormat(language, { type: 'disjunction' }).format(allowed)],
          [texts.door.hours, door.hours?.get(language) ?? door.hours?.get('en') ?? texts.door.always],
          [texts.door.presentation, texts.door.modes[door.presentation]],
          [texts.door.secondFactor, door.secondFactor ? texts.door.locked : undefined],
          [texts.door.last, usedAt === undefined ? undefined : when.time(usedAt)],
        ]),
        h(
          'div',
          { class: 'foot' },
          ...ways.map((way, index) =>
            button(texts.door.over[way], () => openDoor(app, key, door, way), index === 0 ? 'primary' : 'quiet'),
          ),
        ),
      );
    },
  };
}
