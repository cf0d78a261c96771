import type { Bytes } from './wire/bytes.ts';
import { now } from './clock.ts';
import { sign } from './credentials/keys.ts';
import { proveOpen } from './credentials/proofs.ts';
import { WAY_BLUETOOTH, WAY_INTERNET, type Door } from './credentials/siteCard.ts';
import { reasonOf, type Reason } from './decisions.ts';
import { makeEphemeral } from './handshake/ephemeral.ts';
import { Phone, type StopReason } from './handshake/phone.ts';
import { flagsOf, type Circumstances } from './handshake/presentation.ts';
import { atAnyAddress, withServerTime } from './keep/activation.ts';
import { heldFor, type Key } from './keep/key.ts';
import { exchange, type Outcome } from './radios/exchange.ts';
import type { Radio } from './radios/radio.ts';
import { VirtualRadio } from './radios/virtualRadio.ts';
import { canBluetooth, forgetHandle, holdsHandle, WebBluetooth } from './radios/webBluetooth.ts';
import { challenge, open, Problem, type ProblemName } from './server/calls.ts';

/** Opening a door: which way, and what came of it. */
export type RadioWay = 'bluetooth' | 'virtual';
export type Way = RadioWay | 'internet';

export type Presented =
  | {
      readonly kind: 'decided';
      readonly reason: Reason;
      readonly unlockSeconds: number | undefined;
      readonly waitSeconds: number | undefined;
    }
  | { readonly kind: 'unproven'; readonly reason: StopReason }
  /** The server refused before it told the door. */
  | { readonly kind: 'not_accepted'; readonly waitSeconds: number | undefined }
  /** The key was shown, the answer was lost: the door may have opened. */
  | { readonly kind: 'no_answer' }
  | { readonly kind: 'not_heard' | 'off' | 'not_chosen' | 'needs_tap' | 'no_way' | 'reader_offline' | 'stopped' };

/** One tap on *Open*. */
export type Opening = {
  readonly key: Key;
  readonly door: Door;
  /** In the order to be tried. */
  readonly ways: readonly Way[];
  readonly circumstances: Circumstances;
  readonly cancel: AbortSignal;
  onWay(way: Way): void;
  /** From here on the door may open, whatever is heard of it. */
  onShown(): void;
};

const GRANTED_STATUS = 3;

/** All ways this phone has to this door, the best first: what needs no list and no network, then what does. */
export function waysTo(door: Door, online: boolean): readonly Way[] {
  const near = (door.ways & WAY_BLUETOOTH) !== 0;
  const ways: Way[] = [];
  if (near && canBluetooth() && holdsHandle(door.readerId)) ways.push('bluetooth');
  if (near && door.radio !== undefined) ways.push('virtual');
  if ((door.ways & WAY_INTERNET) !== 0 && online) ways.push('internet');
  if (near && canBluetooth() && !ways.includes('bluetooth')) ways.push('bluetooth');
  return ways;
}

/** What says that nothing was shown to the door: only then the next way may be tried, or a counted key would be charged twice. */
const NOTHING_SHOWN: ReadonlySet<Presented['kind']> = new Set(['not_heard', 'no_way', 'reader_offline', 'not_accepted']);

/** What may be the fault of the device that was chosen: a reader that was exchanged, or another one of that name. */
const DEVICE_IN_DOUBT: ReadonlySet<Presented['kind']> = new Set(['not_heard', 'unproven']);

/** Refusals that the server gives before it tells the door. After any other one the door may have opened. */
const REFUSED_BEFORE_THE_DOOR: ReadonlySet<ProblemName> = new Set([
  'clock',
  'proof-malformed',
  'proof-wrong',
  'reader-offline',
  'reader-unknown',
  'throttled',
]);

/** Tries the ways in order; goes on to the next only where nothing was shown to the door yet. */
export async function present(opening: Opening, radioTo: (door: Door, way: RadioWay) => Radio = radioFor): Promise<Presented> {
  let outcome: Presented = { kind: 'no_way' };
  for (const way of opening.ways) {
    if (opening.cancel.aborted) return { kind: 'stopped' };
    opening.onWay(way);
    outcome = way === 'internet' ? await overInternet(opening) : await overRadio(opening, radioTo(opening.door, way));
    if (way === 'bluetooth' && !opening.cancel.aborted && DEVICE_IN_DOUBT.has(outcome.kind)) forgetHandle(opening.door.readerId, outcome.kind === 'unproven');
    if (!NOTHING_SHOWN.has(outcome.kind)) return outcome;
  }
  return outcome;
}

async function overRadio({ key, door, circumstances, cancel, onShown }: Opening, radio: Radio): Promise<Presented> {
  const phone = new Phone({
    ephemeral: await makeEphemeral(),
    now,
    heldFor: heldFor([key]),
    askedReader: door.reader,
    circumstances,
  });
  return presented(await exchange(radio, phone, cancel, onShown));
}

function presented(outcome: Outcome): Presented {
  switch (outcome.kind) {
    case 'verdict':
      return {
        kind: 'decided',
        reason: reasonOf(outcome.result.reason),
        unlockSeconds: outcome.result.unlockSeconds,
        waitSeconds: outcome.result.waitSeconds,
      };
    // Only a reader without the extension leaves it at this; there is nothing better to go by.
    case 'hint':
      return {
        kind: 'decided',
        reason: outcome.status === GRANTED_STATUS ? 'granted' : 'unknown_credential',
        unlockSeconds: undefined,
        waitSeconds: undefined,
      };
    case 'stop':
      return { kind: 'unproven', reason: outcome.reason };
    case 'fault':
      return { kind: outcome.fault === 'not_heard' ? 'not_heard' : outcome.fault };
    case 'no_answer':
      return { kind: 'no_answer' };
  }
}

async function overInternet({ key, door, circumstances, cancel, onShown }: Opening): Promise<Presented> {
  let shown = false;
  try {
    const answer = await atAnyAddress(key, (address) =>
      withServerTime(async (time) => {
        const nonce = await challenge(address, key.card.site);
        const signed = await proof(key, door.reader, nonce, time, circumstances);
        if (cancel.aborted) throw new Stopped();
        shown = true;
        onShown();
        return open(address, signed, key.record.document);
      }),
    );
    return { kind: 'decided', reason: reasonOf(answer.reason), unlockSeconds: answer.unlockSeconds, waitSeconds: answer.wait };
  } catch (problem) {
    if (problem instanceof Stopped) return { kind: 'stopped' };
    if (!(problem instanceof Problem)) throw problem;
    if (shown && !REFUSED_BEFORE_THE_DOOR.has(problem.problem)) return { kind: 'no_answer' };
    if (problem.problem === 'unreachable') return { kind: 'no_way' };
    if (problem.problem === 'reader-offline') return { kind: 'reader_offline' };
    return { kind: 'not_accepted', waitSeconds: problem.number('retryAfter') };
  }
}

class Stopped extends Error {}

function proof(key: Key, reader: Bytes, nonce: Bytes, time: number, circumstances: Circumstances): Promise<Bytes> {
  return proveOpen((message) => sign(key.record.signer, message), {
    site: key.card.site,
    reader,
    nonce,
    time,
    flags: flagsOf(circumstances),
    verifiedAt: circumstances.verifiedAt,
  });
}

function radioFor(door: Door, way: RadioWay): Radio {
  return way === 'virtual' ? new VirtualRadio(door.radio!) : new WebBluetooth(door.readerId);
}
