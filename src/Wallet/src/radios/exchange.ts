import type { Phone, StopReason } from '../handshake/phone.ts';
import type { Result } from '../handshake/presentation.ts';
import type { Bytes } from '../wire/bytes.ts';
import { runsPastEnd } from '../wire/tlv.ts';
import { type Radio, RadioProblem, type RadioFault } from './radio.ts';

/** One transaction over a radio: carries what the phone's machine says, and gives up in time. */
export type Outcome =
  | { readonly kind: 'verdict'; readonly result: Result }
  | { readonly kind: 'hint'; readonly status: number }
  | { readonly kind: 'stop'; readonly reason: StopReason }
  | { readonly kind: 'fault'; readonly fault: RadioFault }
  /** The key was shown and no word of the reader came back that can be believed: the door may have opened. */
  | { readonly kind: 'no_answer' };

const TRANSACTION_MS = 10_000;
const REPLY_MS = 4_000;
const RESULT_MS = 2_000;

/**
 * `onShown` is called just before the key goes out. From then on whatever breaks is `no_answer`, never a fault: a fault is leave
 * to try another way.
 */
export async function exchange(radio: Radio, phone: Phone, cancel: AbortSignal, onShown: () => void = () => {}): Promise<Outcome> {
  const inbox = new Inbox();
  let presented = false;
  if (cancel.aborted) return { kind: 'fault', fault: 'not_heard' };
  try {
    const link = await radio.connect({ notified: (value) => inbox.put(value), lost: () => inbox.put('lost') }, cancel);
    const over = setTimeout(() => inbox.put('lost'), TRANSACTION_MS);
    cancel.addEventListener('abort', () => inbox.put('lost'), { once: true });
    try {
      // It may have been stopped while the radio connected: then the reader is not even asked to speak.
      if (!cancel.aborted) await link.subscribe();
      for (let greeted = false; !cancel.aborted; greeted = true) {
        const value = await inbox.next(presented ? RESULT_MS : REPLY_MS);
        if (value === 'lost') break;
        const step = await phone.receive(isCut(value, greeted) ? await link.read() : value);
        // What the person stopped sends nothing more: there is no waiting between this look and the write.
        if (cancel.aborted) break;
        if (step.kind === 'write') {
          // From the second write on (M4) the reader knows who is there, whatever becomes of the connection.
          presented = greeted;
          if (presented) onShown();
          for (const frame of step.values) await link.write(frame);
        } else if (step.kind === 'stop' && presented) {
          // An answer that does not read says nothing about the door.
          break;
        } else if (step.kind !== 'wait') {
          return step;
        }
      }
    } finally {
      clearTimeout(over);
      link.close();
    }
  } catch (problem) {
    if (!(problem instanceof RadioProblem)) throw problem;
    if (!presented) return { kind: 'fault', fault: problem.fault };
  }
  return presented ? { kind: 'no_answer' } : { kind: 'fault', fault: 'not_heard' };
}

/** A long notification arrives cut, and the reader then waits to be read. A cut can fall between two TLVs of M1, whose last is tag 10. */
function isCut(value: Bytes, greeted: boolean): boolean {
  const shape = runsPastEnd(value);
  return shape.past || (!greeted && !shape.tags.has(0x10));
}

class Inbox {
  readonly #values: (Bytes | 'lost')[] = [];
  #wake: (() => void) | undefined;

  put(value: Bytes | 'lost'): void {
    this.#values.push(value);
    this.#wake?.();
  }

  async next(patienceMs: number): Promise<Bytes | 'lost'> {
    if (this.#values.length === 0) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, patienceMs);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    return this.#values.shift() ?? 'lost';
  }
}
