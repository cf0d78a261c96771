import { hex } from '../wire/bytes.ts';
import type { App } from '../app.ts';
import type { Door } from '../credentials/siteCard.ts';
import { doorsByUse, type Key } from '../keep/key.ts';
import { waysTo } from '../present.ts';
import { h, icon } from './dom.ts';
import { doorDetails, doorHeading } from './door.ts';
import { keyDetails } from './keyDetails.ts';
import { openDoor } from './opening.ts';
import { chip, helper, iconButton, note, tabs } from './parts.ts';
import { hasEnded, standing, wayWords } from './standing.ts';
import { installOffer } from './install.ts';

/** Several doors: the one used last on top, big; the others below, to be found by name where they are many. */
const FIND_FROM_DOORS = 8;

export function manyDoors(
  app: App,
  key: Key,
  /** What is typed to find a door; undefined where nothing is sought. */
  sought: string | undefined,
  seek: (wanted: string | undefined) => void,
): HTMLElement {
  const { texts, when } = app;
  const doors = doorsByUse(key);
  const ended = hasEnded(key);
  const [first, ...rest] = doors;
  // A key that has ended shows no door large; all of them stay to be looked up.
  const others = ended ? doors : rest;
  const usedAt = first && key.record.opened[hex(first.reader)];
  const list = h('ul', { class: 'wc dl' }, ...others.map((door) => doorRow(app, key, door, ended)));
  const none = h('p', { class: 'mut', aria: { role: 'status' }, data: { words: texts.home.none } });
  const find = () => {
    seek(sought === undefined ? '' : undefined);
    app.refresh();
    document.querySelector<HTMLElement>('#find')?.focus();
  };
  filter(list, none, sought ?? '');
  return h(
    'div',
    { class: 'w' },
    h(
      'header',
      { class: 'wh' },
      h('h1', { class: 't', tabIndex: -1 }, texts.tabs.keys),
      others.length >= FIND_FROM_DOORS && iconButton('search', texts.home.find, find),
      iconButton('more', texts.home.more, () => app.go(keyDetails(app, key.record.id))),
    ),
    h(
      'main',
      { class: 'page' },
      app.keys.length > 1
        ? sites(app, key)
        : h('p', { class: 'whose' }, key.card.customer, key.card.demo && chip(texts.home.demo, 'info', 'info')),
      ended
        ? note('warn', 'ban', texts.home.ended, h('p', {}, texts.home.endedSay(key.card.customer)))
        : first === undefined
          ? note('info', 'info', texts.home.noDoors)
          : h(
              'section',
              { class: 'wc near' },
              h(
                'div',
                {},
                doorHeading(app, key, first),
                h('p', { class: 'mut' }, usedAt === undefined ? wayWords(app, first) : texts.home.lastUsed(when.time(usedAt))),
              ),
              h(
                'button',
                {
                  class: 'go',
                  type: 'button',
                  onclick: () => openDoor(app, key, first),
                  aria: { label: texts.acts.openDoor(first.name) },
                },
                icon('unlock'),
                h('span', {}, texts.acts.open),
              ),
            ),
      h(
        'p',
        { class: 'chips' },
        !ended && standing(app, key),
        app.keys.length > 1 && key.card.demo && chip(texts.home.demo, 'info', 'info'),
      ),
      key.record.standing === 'on-hold' && helper(app, key.card, 'text'),
      sought !== undefined &&
        h('input', {
          id: 'find',
          class: 'field',
          type: 'search',
          value: sought,
          placeholder: texts.home.find,
          aria: { label: texts.home.find },
          oninput: (event) => {
            const wanted = (event.target as HTMLInputElement).value;
            seek(wanted);
            filter(list, none, wanted);
          },
        }),
      others.length > 0 && h('h2', { class: 'sec' }, texts.home.all),
      others.length > 0 && list,
      none,
    ),
    installOffer(app),
    tabs(app, 'keys'),
  );
}

function doorRow(app: App, key: Key, door: Door, ended: boolean): HTMLElement {
  const { texts, language } = app;
  const reachable = waysTo(door, true).length > 0;
  return h(
    'li',
    { data: { name: door.name.toLowerCase() } },
    h(
      'button',
      { class: 'nm', type: 'button', onclick: () => app.go(doorDetails(app, key.record.id, door)) },
      h('b', {}, door.name),
      h('small', {}, door.hours?.get(language) ?? door.hours?.get('en') ?? wayWords(app, door)),
    ),
    !ended &&
      reachable &&
      h(
        'button',
        { class: 'ob', type: 'button', onclick: () => openDoor(app, key, door), aria: { label: texts.acts.openDoor(door.name) } },
        texts.acts.open,
      ),
  );
}

function sites(app: App, current: Key): HTMLElement {
  return h(
    'div',
    { class: 'sw', aria: { role: 'group', label: app.texts.home.sites } },
    ...app.keys.map((key) =>
      h(
        'button',
        {
          class: key === current ? 'on' : '',
          type: 'button',
          aria: { pressed: String(key === current) },
          onclick: () => void app.keep('lastSite', key.record.id).then(() => app.refresh()),
        },
        key.card.customer,
      ),
    ),
  );
}

function filter(list: HTMLElement, none: HTMLElement, typed: string): void {
  const wanted = typed.trim().toLowerCase();
  const rows = [...list.children] as HTMLElement[];
  for (const row of rows) row.hidden = !row.dataset['name']!.includes(wanted);
  list.hidden = rows.every((row) => row.hidden);
  none.textContent = list.hidden ? none.dataset['words']! : '';
}
