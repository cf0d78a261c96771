import { hex } from '../wire/bytes.ts';
import type { App, Screen } from '../app.ts';
import { now } from '../clock.ts';
import type { Door } from '../credentials/siteCard.ts';
import { signalOf, type Reason } from '../decisions.ts';
import type { Key } from '../keep/key.ts';
import { feel } from '../phone/feel.ts';
import { waysTo, type Way } from '../present.ts';
import { canBluetooth, holdsHandle } from '../radios/webBluetooth.ts';
import { h, icon, ring, type Child } from './dom.ts';
import type { Icon } from './icons.ts';
import { button, helper } from './parts.ts';

/** The faces of an opening: amber while it runs, green or red for the door's word, plain where the door has said nothing. */
export function connecting(app: App, door: Door, way: Way | 'unlock', cancel: () => void): HTMLElement {
  const { texts } = app;
  if (way === 'unlock') {
    return verdict(
      'status',
      h('div', { class: 'ring' }, ring(), icon('lock')),
      door.name,
      { title: texts.present.unlocking, say: texts.present.unlockSay(door.name) },
      [],
      button(texts.acts.cancel, cancel, 'quiet'),
    );
  }
  const list = way === 'bluetooth' && !holdsHandle(door.readerId);
  const say = way === 'internet' ? texts.present.internet : list ? texts.present.choose(door.readerId) : texts.present.near;
  return verdict(
    'status',
    h('div', { class: 'ring' }, ring(), icon(way === 'internet' ? 'globe' : 'bt')),
    door.name,
    { title: texts.present.connecting, say },
    [],
    button(texts.acts.cancel, cancel, 'quiet'),
  );
}

const SHOWN_SECONDS_DEFAULT = 5;

export function opened(app: App, door: Door, reason: Reason, unlockSeconds: number = SHOWN_SECONDS_DEFAULT): Screen {
  const { texts } = app;
  feel('open', app.settingsKept.sound === true);
  const words = texts.reasons[reason](wordsFor(app, undefined, door));
  const seconds = Math.max(unlockSeconds, 1);
  const bar = h('i', {});
  bar.style.setProperty('animation-duration', `${seconds}s`);
  const done = setTimeout(() => app.home(), seconds * 1000);
  return {
    colour: 'open',
    draw: () =>
      verdict(
        'alert',
        disc(reason === 'granted_held_open' ? 'door' : 'unlock'),
        door.name,
        words,
        [h('div', { class: 'left', aria: { role: 'timer', label: texts.present.closes(seconds) } }, bar)],
        button(texts.acts.done, () => app.home(), 'ghost'),
      ),
    left: () => clearTimeout(done),
  };
}

const PICTURES: Readonly<Record<'A' | 'P' | 'T' | 'X', Icon>> = { A: 'noc', P: 'phone', T: 'clock', X: 'door' };

export function refused(
  app: App,
  key: Key,
  door: Door,
  { reason, wait, again }: { reason: Reason; wait: number | undefined; again(): void },
): Screen {
  const { texts } = app;
  feel('refused', app.settingsKept.sound === true);
  const time = app.when.exact(now());
  const signal = signalOf(reason) as 'A' | 'P' | 'T' | 'X';
  const words = texts.reasons[reason](wordsFor(app, key, door, wait));
  const call = helper(app, key.card, 'onVerdict');
  return {
    colour: 'refused',
    draw: () =>
      verdict(
        'alert',
        disc(PICTURES[signal]),
        door.name,
        words,
        [],
        signal === 'P' || reason === 'replayed'
          ? button(reason === 'user_verification_missing' ? texts.acts.unlock : texts.acts.again, again, 'onVerdict')
          : call,
        button(texts.acts.back, () => app.home(), 'ghost'),
        h('p', { class: 'sup' }, texts.present.refusal(reason, time)),
      ),
  };
}

/** The device at the door is not what it says: red, and nothing of the key was shown to it. */
export function unproven(app: App, key: Key, door: Door): Screen {
  const { texts } = app;
  feel('refused', app.settingsKept.sound === true);
  const words = texts.present.unproven(door.name, key.card.customer);
  return {
    colour: 'refused',
    draw: () =>
      verdict(
        'alert',
        disc('shield'),
        door.readerId,
        words,
        [],
        helper(app, key.card, 'onVerdict'),
        button(texts.acts.back, () => app.home(), 'ghost'),
      ),
  };
}

export type Notice =
  'not_heard' | 'off' | 'not_chosen' | 'needs_tap' | 'no_way' | 'reader_offline' | 'other_reader' | 'stopped';
const NOTICE_PICTURES: Readonly<Record<Notice, Icon>> = {
  not_heard: 'bt',
  off: 'bt',
  not_chosen: 'x',
  needs_tap: 'hand',
  no_way: 'wifioff',
  reader_offline: 'wifioff',
  other_reader: 'bt',
  stopped: 'x',
};

/** Before any verdict: the door has said nothing yet. */
export function notice(app: App, door: Door, kind: Notice, again: () => void): Screen {
  const { texts } = app;
  const words = {
    not_heard: texts.present.notHeard(door.name),
    off: texts.present.off,
    not_chosen: texts.present.stopped,
    stopped: texts.present.stopped,
    needs_tap: { title: texts.present.needsTap, say: texts.present.needsTapSay(door.readerId) },
    no_way: waysTo(door, true).length === 0 && !canBluetooth() ? texts.present.noWayEver : texts.present.noWay,
    reader_offline: texts.present.readerOffline(door.name),
    other_reader: texts.present.otherReader(door.name),
  }[kind];
  return plain(app, door, NOTICE_PICTURES[kind], words, kind === 'needs_tap' ? texts.acts.list : texts.acts.again, again);
}

/** The key was shown, and then nothing was heard: neither green nor red would be true. */
export function answerLost(app: App, key: Key, door: Door, again: () => void): Screen {
  const counted = key.document.usesLeft !== undefined;
  return plain(app, door, 'clock', app.texts.present.noAnswer(counted), app.texts.acts.again, again);
}

/** The server would not tell the door; nothing was opened. */
export function notAccepted(app: App, door: Door, wait: number | undefined, again: () => void): Screen {
  const { problems } = app.texts;
  return plain(app, door, 'warn', wait === undefined ? problems.other : problems.throttled(wait), app.texts.acts.again, again);
}

function plain(
  app: App,
  door: Door,
  picture: Icon,
  words: { title: string; say: string },
  act: string,
  again: () => void,
): Screen {
  return {
    draw: () =>
      verdict(
        'alert',
        disc(picture, 'warn'),
        door.name,
        words,
        [],
        button(act, again),
        button(app.texts.acts.back, () => app.home(), 'quiet'),
      ),
  };
}

/** The common face of amber, green and red: picture, which door, the word, the sentence; below what can be done. */
function verdict(
  role: 'status' | 'alert',
  picture: HTMLElement,
  who: string,
  words: { title: string; say: string },
  more: readonly Child[],
  ...acts: readonly Child[]
): HTMLElement {
  return h(
    'main',
    { class: 'w verdict' },
    h(
      'div',
      { class: 'st', aria: { role } },
      picture,
      // The word first for the ear; the eye finds the door above it.
      h('h1', { tabIndex: -1 }, words.title),
      h('p', { class: 'who' }, who),
      h('p', {}, words.say),
      ...more,
    ),
    h('div', { class: 'cc' }, ...acts),
  );
}

function disc(picture: Icon, kind = ''): HTMLElement {
  return h('div', { class: `bigc ${kind}` }, icon(picture));
}

function wordsFor(app: App, key: Key | undefined, door: Door, wait?: number) {
  const { texts, when, language } = app;
  const others = key?.card.doors.filter(({ reader }) => hex(reader) !== hex(door.reader)).length ?? 0;
  const ways = Object.entries(texts.door.wayNames)
    .filter(([bit]) => (door.ways & Number(bit)) !== 0)
    .map(([, name]) => name);
  const day = (seconds: number | undefined) => (seconds === undefined ? undefined : when.time(seconds));
  return {
    site: key?.card.customer ?? '',
    door: door.name,
    hours: door.hours?.get(language) ?? door.hours?.get('en'),
    from: day(key?.document.notBefore ?? key?.card.key.from),
    until: day(key?.document.until ?? key?.card.key.until),
    others,
    wait,
    ways: new Intl.ListFormat(language, { type: 'disjunction' }).format(ways),
  };
}
