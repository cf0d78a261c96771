import type { App, Screen } from '../app.ts';
import { hearTime } from '../clock.ts';
import { inGroups } from '../credentials/code.ts';
import { activateKey } from '../keep/activation.ts';
import { checkPhone, interrupts } from '../phone/readiness.ts';
import { Problem, type Look } from '../server/calls.ts';
import { problemNote } from './code.ts';
import { h, icon, mark } from './dom.ts';
import { chip } from './parts.ts';
import { readiness } from './ready.ts';

/** “Your key is here”: what the code stands for. Looking spends nothing; the tap does, after the phone was checked in passing. */
export function found(app: App, code: string, seen: Look): Screen {
  const { texts, when } = app;
  let working = false;
  let failed: Problem | undefined;
  const screen: Screen = { draw };
  return screen;

  function draw(): HTMLElement {
    const valid = [
      seen.validFrom !== undefined && texts.look.from(when.day(seen.validFrom)),
      seen.validUntil !== undefined && texts.look.until(when.day(seen.validUntil)),
    ];
    return h(
      'div',
      { class: 'w' },
      h(
        'main',
        { class: 'page lone' },
        h('h1', { class: 't', tabIndex: -1 }, texts.look.title),
        h('p', { class: 'mut' }, texts.look.say),
        h(
          'section',
          { class: 'cardk', aria: { label: seen.customer } },
          h('div', { class: 'r1' }, seen.customer, mark()),
          h(
            'div',
            { class: 'b7' },
            h('b', {}, seen.name),
            seen.keyName !== seen.customer && h('p', {}, seen.keyName),
            ...valid.map((line) => line && h('p', {}, line)),
          ),
        ),
        seen.demo && h('p', { class: 'chips' }, chip(texts.look.demo, 'info', 'info')),
        failed && problemNote(app, failed, code),
        h(
          'div',
          { class: 'cd' },
          h('span', { class: 'label' }, texts.code.label),
          h('span', { class: 'status ok' }, icon('okc'), texts.code.complete),
          h('div', { class: 'one mono still' }, inGroups(code, ' ')),
        ),
        h(
          'div',
          { class: 'foot' },
          h(
            'button',
            { class: 'wb', type: 'button', disabled: working, onclick: () => void begin() },
            working ? texts.look.working : texts.look.act,
          ),
          h('p', { class: 'mut small centre' }, texts.look.ends(when.time(seen.codeEnds))),
        ),
      ),
    );
  }

  async function begin(): Promise<void> {
    working = true;
    failed = undefined;
    app.refresh();
    app.say(texts.look.working);
    const checks = await checkPhone();
    if (interrupts(checks, seen.demo)) {
      working = false;
      app.go(
        readiness(app, checks, {
          onContinue: () => {
            app.back();
            void spend();
          },
        }),
      );
    } else {
      await spend();
    }
  }

  async function spend(): Promise<void> {
    working = true;
    try {
      const record = await activateKey(code, location.origin);
      await app.reload();
      await app.keep('lastSite', record.id);
      app.home();
    } catch (caught) {
      if (!(caught instanceof Problem)) throw caught;
      const serverNow = caught.number('now');
      if (serverNow !== undefined) hearTime(serverNow);
      failed = caught;
    } finally {
      working = false;
      if (app.isTop(screen)) app.refresh();
    }
  }
}
