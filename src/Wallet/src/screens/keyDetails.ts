import type { App, Screen } from '../app.ts';
import { now } from '../clock.ts';
import { NO_END } from '../credentials/document.ts';
import { heldKeys } from '../keep/database.ts';
import { cardNumber, type Key } from '../keep/key.ts';
import { h } from './dom.ts';
import { hasEnded, standing } from './standing.ts';
import { button, facts, helper, link, page } from './parts.ts';

/** Until when a key that cannot be renewed works; undefined where it doesn't any more, or always will. */
function worksUntil(app: App, { document: { expires } }: Key): string | undefined {
  return expires === NO_END || now() >= expires ? undefined : app.when.time(expires);
}

/** More about a key: whose, until when, who helps; renew and delete. */
export function keyDetails(app: App, keyId: string): Screen {
  let said = '';
  return {
    draw() {
      const { texts, when } = app;
      const key = app.keys.find(({ record }) => record.id === keyId);
      if (key === undefined) return page(app, texts.key.title);
      const { card, document: rights, record } = key;
      const userId = `${card.key.userId} (0x${card.key.userId.toString(16).toUpperCase()})`;
      return page(
        app,
        card.customer,
        h('p', { class: 'chips' }, standing(app, key)),
        facts([
          [texts.key.holder, card.key.holder],
          [texts.key.title, card.key.name],
          [texts.key.userId, userId],
          [texts.key.number, cardNumber(key)],
          [texts.key.from, card.key.from === undefined ? undefined : when.time(card.key.from)],
          [texts.key.until, card.key.until === undefined ? texts.key.noEnd : when.time(card.key.until)],
          [texts.key.renewed, when.time(record.grantedAt)],
          [texts.key.offline, hasEnded(key) ? undefined : rights.expires === NO_END ? texts.key.noEnd : when.time(rights.expires)],
          [texts.key.hours, card.contact.hours],
        ]),
        h('p', { class: 'mut centre said' }, said),
        h(
          'div',
          { class: 'foot' },
          button(texts.acts.renew, () => void renew(), 'primary', 'refresh'),
          helper(app, card, 'quiet'),
          card.privacy !== undefined && link(texts.key.privacy, card.privacy, 'text'),
          button(texts.key.remove, () => remove(), 'bad'),
        ),
      );
    },
  };

  async function renew(): Promise<void> {
    const done = await app.renew(({ record }) => record.id === keyId);
    const key = app.keys.find(({ record }) => record.id === keyId);
    const good = key?.record.standing === 'good';
    said = done ? (good ? app.texts.key.renewedNow : '') : app.texts.key.renewFailed(good ? worksUntil(app, key) : undefined);
    app.refresh();
    app.say(said);
  }

  /** Irreversible and felt at a door, so it is asked, with Cancel in focus. */
  function remove(): void {
    const { texts } = app;
    const key = app.keys.find(({ record }) => record.id === keyId)!;
    const { customer } = key.card;
    const dialog: HTMLDialogElement = h(
      'dialog',
      { class: 'ask', aria: { labelledby: 'ask-title', describedby: 'ask-say' }, onclose: () => dialog.remove() },
      h('h2', { id: 'ask-title' }, texts.key.removeTitle(customer)),
      h('p', { id: 'ask-say' }, texts.key.removeSay(customer)),
      h(
        'div',
        { class: 'two' },
        h('button', { class: 'wb q', type: 'button', autofocus: true, onclick: () => dialog.close() }, texts.acts.cancel),
        button(
          texts.key.removeAct,
          () =>
            void heldKeys
              .remove(key.record)
              .then(() => app.reload())
              .then(() => {
                dialog.close();
                app.home();
              }),
          'bad',
        ),
      ),
    );
    document.body.append(dialog);
    dialog.showModal();
  }
}
