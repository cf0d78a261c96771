import type { App, Screen } from '../app.ts';
import { checkPhone, type Check, type Standing } from '../phone/readiness.ts';
import { h, icon } from './dom.ts';
import type { Icon } from './icons.ts';
import { button, page } from './parts.ts';

/** Is this phone fit for a key: one line a subject, what is amiss first, each with its cure. */
const PICTURES: Readonly<Record<Check['subject'], Icon>> = {
  secure: 'shield',
  network: 'wifi',
  keystore: 'key',
  storage: 'store',
  bluetooth: 'bt',
  lock: 'lock',
  clock: 'clock',
  camera: 'camera',
};
const CLASSES: Readonly<Record<Standing, string>> = { good: 'ok', todo: 'f', stop: 'x', later: 'op' };

export function readiness(app: App, checks: readonly Check[], arrival?: { onContinue(): void }): Screen {
  const { texts } = app;
  let shown = checks;
  const opened = new Set<string>();
  return { draw };

  function draw(): HTMLElement {
    const amiss = shown.filter(({ standing }) => standing === 'todo' || standing === 'stop');
    const stopped = shown.some(({ standing }) => standing === 'stop');
    const title = stopped ? texts.ready.stop : amiss.length === 0 ? texts.ready.allGood : texts.ready.todo(amiss.length);
    const say =
      arrival === undefined
        ? amiss.length === 0
          ? texts.ready.sayGood
          : undefined
        : stopped
          ? texts.ready.blocked
          : texts.ready.unused;
    return page(
      app,
      title,
      say && h('p', { class: 'mut' }, say),
      h('ul', { class: 'wc cl' }, ...shown.map(line)),
      h(
        'div',
        { class: 'foot' },
        arrival !== undefined && !stopped && button(texts.acts.next, () => arrival.onContinue()),
        button(texts.acts.again, () => void again(), arrival === undefined || stopped ? 'primary' : 'text', 'refresh'),
      ),
    );
  }

  function line(check: Check): HTMLElement {
    const words = texts.ready;
    const amiss = check.standing !== 'good';
    const why = !amiss
      ? words.good[check.subject]
      : check.why === 'missing'
        ? check.subject === 'bluetooth'
          ? words.noBluetooth
          : words.noCamera
        : check.why === 'denied'
          ? words.cameraDenied
          : words.bad[check.subject];
    const curable = amiss && check.why !== 'missing';
    const shows = opened.has(check.subject);
    return h(
      'li',
      { class: CLASSES[check.standing] },
      h('span', { class: 'm' }, icon(check.standing === 'good' ? 'check' : PICTURES[check.subject])),
      h(
        'div',
        {},
        h('b', {}, words.subject[check.subject]),
        h('span', { class: 'sr' }, ` ${words.states[check.standing]}. `),
        h('small', {}, why),
        shows && h('small', { class: 'how' }, words.how[check.subject]),
      ),
      curable &&
        (check.subject === 'camera' && check.why === undefined
          ? h(
              'button',
              {
                class: 'fx',
                type: 'button',
                onclick: () => void allowCamera(),
                aria: { label: `${texts.acts.allow}: ${words.subject.camera}` },
              },
              texts.acts.allow,
            )
          : !shows &&
            h(
              'button',
              {
                class: 'fx',
                type: 'button',
                onclick: () => {
                  opened.add(check.subject);
                  app.refresh();
                },
                aria: { label: `${texts.acts.show}: ${words.subject[check.subject]}` },
              },
              texts.acts.show,
            )),
    );
  }

  async function again(): Promise<void> {
    shown = await checkPhone();
    app.refresh();
  }

  async function allowCamera(): Promise<void> {
    const stream = await navigator.mediaDevices.getUserMedia({ video: true }).catch(() => undefined);
    for (const track of stream?.getTracks() ?? []) track.stop();
    await again();
  }
}
