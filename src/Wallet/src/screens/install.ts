import type { App } from '../app.ts';
import { h, mark, type Child } from './dom.ts';
import { button } from './parts.ts';

/** Offered once, when the browser says that it could and a key is here. */
export function installOffer(app: App): Child {
  if (app.install === undefined || app.settingsKept.installOffered) return undefined;
  const { texts } = app;
  const over = () => {
    app.install = undefined;
    void app.keep('installOffered', true).then(() => app.refresh());
  };
  return h(
    'aside',
    { class: 'wc offer', aria: { label: texts.install.title } },
    mark(),
    h('div', {}, h('b', {}, texts.install.title), h('small', {}, texts.install.say)),
    h(
      'div',
      { class: 'two' },
      button(texts.acts.later, over, 'quiet'),
      button(texts.acts.install, () => void app.install!.prompt().finally(over)),
    ),
  );
}
