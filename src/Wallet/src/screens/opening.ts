import type { App, Screen } from '../app.ts';
import { now } from '../clock.ts';
import { FLAG_USER_VERIFICATION } from '../credentials/document.ts';
import type { Door } from '../credentials/siteCard.ts';
import { signalOf } from '../decisions.ts';
import type { Circumstances } from '../handshake/presentation.ts';
import type { Key } from '../keep/key.ts';
import { freshened } from '../fresh.ts';
import { FRESH_SECONDS, hasScreenLock, verifyPerson } from '../phone/verification.ts';
import { present, waysTo, type Presented, type Way } from '../present.ts';
import { answerLost, connecting, notAccepted, notice, opened, refused, unproven } from './verdicts.ts';

/** One opening, from the tap to the verdict. The amber ring is drawn before any network or radio is touched. */
export function openDoor(app: App, key: Key, door: Door, onlyWay?: Way): void {
  begin(app, key, door, { onlyWay, put: (screen) => app.go(screen) });
}

type Manner = {
  readonly onlyWay?: Way | undefined;
  /** The door has just asked for it, whatever the card says. */
  readonly unlock?: boolean;
  put(screen: Screen): void;
};

function begin(app: App, key: Key, door: Door, { onlyWay, unlock = false, put }: Manner): void {
  const cancel = new AbortController();
  let shown = false;
  let phase: Way | 'unlock' = onlyWay ?? waysTo(door, navigator.onLine)[0] ?? 'internet';
  const enter = (next: Way | 'unlock') => {
    phase = next;
    if (app.isTop(amber)) app.refresh();
  };
  const over = () => app.replace(shown ? answerLost(app, key, door, () => once({})) : notice(app, door, 'stopped', () => once({})));
  const amber: Screen = {
    draw: () =>
      connecting(app, door, phase, () => {
        cancel.abort();
        over();
      }),
    left: () => cancel.abort(),
  };
  const once = (manner: Partial<Manner>) => begin(app, key, door, { put: (screen) => app.replace(screen), ...manner });
  put(amber);
  run().catch((fault: unknown) => {
    // A fault of the wallet itself is said by whoever hears of it; amber must not stay, as though something were still going on.
    if (app.isTop(amber)) over();
    throw fault;
  });

  async function run(): Promise<void> {
    const current = await freshened(app, key);
    const circumstances = await circumstancesFor(app, current, door, unlock, () => enter('unlock'));
    const ways = onlyWay === undefined ? waysTo(door, navigator.onLine) : [onlyWay];
    const outcome = await present({
      key: current,
      door,
      ways,
      circumstances,
      cancel: cancel.signal,
      onWay: enter,
      onShown: () => {
        shown = true;
      },
    });
    if (app.isTop(amber)) await show(outcome);
  }

  async function show(outcome: Presented): Promise<void> {
    if (outcome.kind === 'unproven' && outcome.reason !== 'other_reader') return app.replace(unproven(app, key, door));
    // Tried again only by a tap: another showing costs another use, and may open the door once more.
    if (outcome.kind === 'no_answer') return app.replace(answerLost(app, key, door, () => once({})));
    if (outcome.kind === 'not_accepted') return app.replace(notAccepted(app, door, outcome.waitSeconds, () => once({})));
    if (outcome.kind !== 'decided') {
      const kind = outcome.kind === 'unproven' ? 'other_reader' : outcome.kind;
      return app.replace(notice(app, door, kind, () => once(kind === 'needs_tap' ? { onlyWay: 'bluetooth' } : {})));
    }
    const { reason } = outcome;
    if (signalOf(reason) === 'G') {
      app.replace(opened(app, door, reason, outcome.unlockSeconds));
      await app.keep('lastSite', key.record.id);
      return app.opened(key, door.reader);
    }
    const again = () => once({ unlock: reason === 'user_verification_missing' });
    app.replace(refused(app, key, door, { reason, wait: outcome.waitSeconds, again }));
    // The refusal may be out of date on the phone's side: what the server knows by now helps the next tap.
    if (reason === 'document_stale') {
      app.outdated.add(key.record.id);
      await app.renew((other) => other.record.id === key.record.id);
    }
  }
}

/** Asks for the phone's lock where the door or the key wants it, unless it was opened a moment ago. */
async function circumstancesFor(app: App, key: Key, door: Door, unlock: boolean, asking: () => void): Promise<Circumstances> {
  const wanted = unlock || door.secondFactor || (key.document.flags & FLAG_USER_VERIFICATION) !== 0;
  const screenLock = await hasScreenLock();
  const fresh = app.verifiedAt !== undefined && now() - app.verifiedAt < FRESH_SECONDS;
  if (wanted && screenLock && !fresh) {
    asking();
    app.verifiedAt = (await verifyPerson()) ? now() : undefined;
  }
  return {
    verifiedAt: app.verifiedAt !== undefined && now() - app.verifiedAt < FRESH_SECONDS ? app.verifiedAt : undefined,
    screenLock,
    oneTap: false,
  };
}
