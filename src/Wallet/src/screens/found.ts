import type { App, Screen } from '../app.ts';
import { hearTime } from '../clock.ts';
import { inGroups } from '../credentials/code.ts';
import { activateKey } from '../keep/activation.ts';
import { isInTheWay, type Key } from '../keep/key.ts';
import { checkPhone, interrupts } from '../phone/readiness.ts';
import { Problem, type Look } from '../server/calls.ts';
import { problemNote } from './code.ts';
import { h, icon, mark } from './dom.ts';
import { button, chip, note } from './parts.ts';
import { readiness } from './ready.ts';

/** “Your key is here”: what the code stands for. Looking spends nothing; the tap does, after the phone was checked in passing. */
export function found(app: App, code: string, seen: Look): Screen {
  const { texts, when } = app;
  let working = false;
  let failed: Problem | undefined;
  const screen: Screen = { draw };
  return screen;

  function draw(): HTMLElement {
    const ends = app.keys.find((key) => isInTheWay(key, seen));
    const holder = ends?.card.key.holder ?? '';
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
        ends && note('warn', 'warn', texts.look.taken(holder), h('p', {}, texts.look.takenSay(holder, seen.customer))),
        h(
          'div',
          { class: 'foot' },
          h(
            'button',
            { class: ends ? 'wb bad' : 'wb', type: 'button', disabled: working, onclick: () => void begin(ends) },
            working ? texts.look.working : ends ? texts.look.takeOver : texts.look.act,
          ),
          ends && button(texts.acts.cancel, () => app.home(), 'quiet'),
          h('p', { class: 'mut small centre' }, texts.look.ends(when.time(seen.codeEnds))),
        ),
      ),
    );
  }

  /** `ends` is somebody else's key that the person has just been told of. */
  async function begin(ends: Key | undefined): Promise<void> {
    // The phone was fit when the code was sent; what it lacks by now must not be called the reason that nothing was used.
    const checked = failed?.problem === 'no-answer';
    working = true;
    failed = undefined;
    app.refresh();
    app.say(texts.look.working);
    const checks = checked ? [] : await checkPhone();
    if (interrupts(checks, seen.demo)) {
      working = false;
      app.go(
        readiness(app, checks, {
          onContinue: () => {
            app.back();
            void spend(ends);
          },
        }),
      );
    } else {
      await spend(ends);
    }
  }

  async function spend(ends: Key | undefined): Promise<void> {
    working = true;
    try {
      const record = await activateKey(code, location.origin, seen, ends);
      await app.reload();
      // Somebody else's key came in another tab since this was drawn: drawn anew, it asks.
      if (record === undefined) return;
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
