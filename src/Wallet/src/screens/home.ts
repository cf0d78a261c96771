import type { App, Screen } from '../app.ts';
import type { Door } from '../credentials/siteCard.ts';
import type { Key } from '../keep/key.ts';
import { enterCode } from './code.ts';
import { h, icon, mark } from './dom.ts';
import { doorHeading } from './door.ts';
import { manyDoors } from './doors.ts';
import { installOffer } from './install.ts';
import { keyDetails } from './keyDetails.ts';
import { openDoor } from './opening.ts';
import { button, chip, helper, iconButton, initials, tabs } from './parts.ts';
import { hasEnded, standing } from './standing.ts';

/** Keys: none, one door big and alone, or several. */
export function home(app: App): Screen {
  let sought: string | undefined;
  const screen: Screen = {
    draw() {
      const key = app.keys.find(({ record }) => record.id === app.settingsKept.lastSite) ?? app.keys[0];
      if (key === undefined) return app.storeClosed ? closed(app) : empty(app);
      return app.keys.length === 1 && key.card.doors.length === 1
        ? oneDoor(app, key, key.card.doors[0]!)
        : manyDoors(app, key, sought, (wanted) => {
            sought = wanted;
          });
    },
  };
  return screen;
}

function empty(app: App): HTMLElement {
  const { title, say, act } = app.texts.empty;
  return nothing(app, title, say, button(act, () => app.go(enterCode(app)), 'primary', 'qr'));
}

/** Not “no key on this phone”: what there is cannot be seen from here. */
function closed(app: App): HTMLElement {
  const { ready, acts } = app.texts;
  return nothing(app, ready.stop, ready.how.keystore, button(acts.reload, () => void app.update(), 'primary', 'refresh'));
}

function nothing(app: App, title: string, say: string, act: HTMLElement): HTMLElement {
  return h(
    'div',
    { class: 'w' },
    h(
      'main',
      { class: 'mid' },
      mark(),
      h('h1', { class: 'big', tabIndex: -1 }, title),
      h('p', { class: 'mut' }, say),
      act,
    ),
    tabs(app, 'keys'),
  );
}

function oneDoor(app: App, key: Key, door: Door): HTMLElement {
  const { texts } = app;
  const ended = hasEnded(key);
  return h(
    'div',
    { class: 'w' },
    h(
      'header',
      { class: 'wh' },
      h('span', { class: 'lg', aria: { hidden: 'true' } }, initials(key.card.customer)),
      h('div', {}, h('h1', { tabIndex: -1 }, key.card.customer), h('small', {}, key.card.key.holder)),
      iconButton('more', texts.home.more, () => app.go(keyDetails(app, key.record.id))),
    ),
    h(
      'main',
      { class: 'mid' },
      doorHeading(app, key, door),
      h('p', { class: 'mut' }, ended ? texts.home.endedSay(key.card.customer) : texts.home.near),
      ended
        ? helper(app, key.card, 'primary')
        : h(
            'button',
            {
              class: 'press',
              type: 'button',
              onclick: () => openDoor(app, key, door),
              aria: { label: texts.acts.openDoor(door.name) },
            },
            icon('unlock'),
            h('span', {}, texts.acts.open),
          ),
      standing(app, key),
      key.record.standing === 'on-hold' && helper(app, key.card, 'text'),
      key.card.demo && chip(texts.home.demo, 'info', 'info'),
    ),
    installOffer(app),
    tabs(app, 'keys'),
  );
}
