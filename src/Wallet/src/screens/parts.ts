import { h, icon, type Child } from './dom.ts';
import type { Icon } from './icons.ts';
import type { App } from '../app.ts';

/** Pieces that several screens share. */
export type Look = 'primary' | 'quiet' | 'text' | 'onVerdict' | 'ghost' | 'bad';
const LOOKS: Readonly<Record<Look, string>> = {
  primary: 'wb',
  quiet: 'wb q',
  text: 'wb t',
  onVerdict: 'wb v',
  ghost: 'wb g',
  bad: 'wb bad',
};

export function button(label: string, act: () => void, look: Look = 'primary', picture?: Icon): HTMLButtonElement {
  return h('button', { class: LOOKS[look], type: 'button', onclick: act }, picture && icon(picture), label);
}

export function iconButton(picture: Icon, label: string, act: () => void): HTMLButtonElement {
  return h('button', { class: 'rb', type: 'button', onclick: act, aria: { label }, title: label }, icon(picture));
}

export function link(label: string, address: string, look: Look, picture?: Icon): HTMLAnchorElement {
  return h('a', { class: LOOKS[look], href: address }, picture && icon(picture), label);
}

export function chip(words: string, kind: 'ok' | 'warn' | 'info' | 'mute', picture: Icon): HTMLElement {
  return h('span', { class: `k ${kind}` }, icon(picture), words);
}

/** A page of its own with a way back; the title is where a screen reader begins. */
export function page(app: App, title: string, ...children: readonly Child[]): HTMLElement {
  return h(
    'div',
    { class: 'w' },
    h(
      'header',
      { class: 'wh' },
      h(
        'button',
        { class: 'rb start', type: 'button', onclick: () => app.back(), aria: { label: app.texts.acts.back } },
        icon('back'),
      ),
    ),
    h('main', { class: 'page' }, h('h1', { class: 't', tabIndex: -1 }, title), ...children),
  );
}

export function tabs(app: App, current: 'keys' | 'settings'): HTMLElement {
  const { texts } = app;
  const tab = (name: 'keys' | 'settings', picture: Icon, act: () => void) =>
    h(
      'button',
      { class: 'tab', type: 'button', onclick: act, ...(name === current ? { aria: { current: 'page' } } : {}) },
      icon(picture),
      texts.tabs[name],
    );
  return h(
    'nav',
    { class: 'tabs', aria: { label: texts.tabs.main } },
    tab('keys', 'key', () => app.home()),
    tab('settings', 'gear', () => app.settings()),
  );
}

/** Facts as term and description; what is undefined stays out. */
export function facts(entries: readonly (readonly [string, Child])[]): HTMLElement {
  return h(
    'dl',
    { class: 'wc fl' },
    ...entries
      .filter(([, value]) => value !== undefined && value !== '')
      .map(([term, value]) => h('div', {}, h('dt', {}, term), h('dd', {}, value))),
  );
}

export function note(kind: 'bad' | 'warn' | 'info', picture: Icon, title: string, ...children: readonly Child[]): HTMLElement {
  return h(
    'div',
    { class: `note ${kind}`, aria: { role: kind === 'bad' ? 'alert' : 'status' } },
    icon(picture),
    h('div', {}, h('b', {}, title), ...children),
  );
}

export function initials(name: string): string {
  return name
    .split(/\s+/)
    .filter(Boolean)
    .slice(0, 2)
    .map((word) => [...word][0]!.toUpperCase())
    .join('');
}

/** Whom to ask: a call where the card names a telephone, else a mail. */
export function helper(
  app: App,
  card: { customer: string; contact: { phone: string | undefined; mail: string | undefined } },
  look: Look,
): HTMLAnchorElement | undefined {
  const { phone, mail } = card.contact;
  if (phone !== undefined) return link(app.texts.acts.call(card.customer), `tel:${phone.replace(/[^+0-9]/g, '')}`, look, 'call');
  return mail === undefined ? undefined : link(app.texts.acts.write(card.customer), `mailto:${mail}`, look, 'send');
}
