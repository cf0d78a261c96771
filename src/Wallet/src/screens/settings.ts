import type { App, Screen } from '../app.ts';
import { checkPhone } from '../phone/readiness.ts';
import { LANGUAGE_NAMES, type Language } from '../texts/languages.ts';
import { enterCode } from './code.ts';
import { h, icon, type Child } from './dom.ts';
import type { Icon } from './icons.ts';
import { keyDetails } from './keyDetails.ts';
import { button, facts, note, page, tabs } from './parts.ts';
import { readiness } from './ready.ts';

declare const VERSION: string;

export function settings(app: App): Screen {
  return {
    draw() {
      const { texts } = app;
      return h(
        'div',
        { class: 'w' },
        h('header', { class: 'wh' }, h('h1', { class: 't', tabIndex: -1 }, texts.settings.title)),
        h(
          'main',
          { class: 'page' },
          app.updateWaiting &&
            note(
              'info',
              'refresh',
              texts.settings.update,
              button(texts.acts.reload, () => void app.update(), 'quiet'),
            ),
          h(
            'ul',
            { class: 'wc rows' },
            row(texts.settings.phone, 'phone', () => void checkPhone().then((checks) => app.go(readiness(app, checks)))),
            row(texts.settings.language, 'globe', () => app.go(languages(app)), LANGUAGE_NAMES[app.language]),
            h(
              'li',
              {},
              h(
                'label',
                { class: 'row' },
                icon('bell'),
                h('b', {}, texts.settings.sound),
                h('input', {
                  type: 'checkbox',
                  class: 'switch',
                  checked: app.settingsKept.sound === true,
                  onchange: (event) => void app.keep('sound', (event.target as HTMLInputElement).checked),
                }),
              ),
            ),
            row(texts.settings.about, 'shieldok', () => app.go(about(app))),
          ),
          h('h2', { class: 'sec' }, texts.settings.keys),
          h(
            'ul',
            { class: 'wc rows' },
            ...app.keys.map((key) =>
              row(key.card.customer, 'key', () => app.go(keyDetails(app, key.record.id)), key.card.key.holder),
            ),
            row(texts.settings.add, 'plus', () => app.go(enterCode(app))),
          ),
        ),
        tabs(app, 'settings'),
      );
    },
  };
}

function row(label: string, picture: Icon, act: () => void, value?: string): HTMLElement {
  return h(
    'li',
    {},
    h(
      'button',
      { class: 'row', type: 'button', onclick: act },
      icon(picture),
      h('b', {}, label),
      value !== undefined && h('small', {}, value),
      icon('chev'),
    ),
  );
}

function languages(app: App): Screen {
  const choose = (language: Language) =>
    void app
      .keep('language', language)
      .then(() => app.speak(language))
      .then(() => app.refresh());
  return {
    draw: () =>
      page(
        app,
        app.texts.settings.language,
        h(
          'fieldset',
          { class: 'wc rows' },
          h('legend', { class: 'sr' }, app.texts.settings.language),
          ...(Object.keys(LANGUAGE_NAMES) as Language[]).map((language): Child =>
            h(
              'label',
              { class: 'row', lang: language },
              h('b', {}, LANGUAGE_NAMES[language]),
              h('input', {
                type: 'radio',
                name: 'language',
                checked: app.language === language,
                onchange: () => choose(language),
              }),
            ),
          ),
        ),
      ),
  };
}

function about(app: App): Screen {
  const { texts } = app;
  return {
    draw: () =>
      page(
        app,
        texts.settings.about,
        h('p', {}, texts.settings.aboutSay),
        facts([
          [texts.settings.version, VERSION],
          [texts.settings.licence, 'Apache-2.0'],
        ]),
      ),
  };
}
