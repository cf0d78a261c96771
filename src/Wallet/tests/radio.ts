import type { Bytes } from '../src/wire/bytes.ts';
import { RadioProblem, type Link, type Listener, type Radio } from '../src/radios/radio.ts';
import type { TestReader } from './reader.ts';

/** Where a radio breaks; writes are counted from 1: M2, M4, then the sealed frames with the document. */
export type Fault = {
  readonly connect?: boolean;
  /** This write and all later ones are taken, and nothing is heard any more. */
  readonly silentAfter?: number;
  /** The connection goes away in place of the answer to this write. */
  readonly loseAfter?: number;
  /** This write itself fails. */
  readonly failAt?: number;
  readonly onWrite?: (count: number) => void;
};

/** GATT as a reader offers it: a notification longer than the MTU allows arrives cut, and nothing follows until it was read. */
export class TestRadio implements Radio {
  reads = 0;
  closed = 0;
  connected = 0;
  written: Bytes[] = [];
  readonly #out: Bytes[] = [];
  #last: Bytes = new Uint8Array(0);
  #held = false;

  constructor(
    readonly reader: TestReader,
    readonly mtu = 517,
    readonly fault: Fault = {},
  ) {}

  async connect(listener: Listener): Promise<Link> {
    this.connected++;
    if (this.fault.connect) throw new RadioProblem('not_heard');
    const pump = () => {
      while (this.#out.length > 0 && !this.#held) {
        this.#last = this.#out.shift()!;
        this.#held = this.#last.length > this.mtu - 3;
        listener.notified(this.#last.slice(0, this.mtu - 3));
      }
    };
    return {
      subscribe: async () => {
        if (this.fault.silentAfter === 0) return;
        this.#out.push(await this.reader.greet());
        pump();
      },
      write: async (value) => {
        this.written.push(value);
        this.fault.onWrite?.(this.written.length);
        if (this.fault.failAt === this.written.length) throw new RadioProblem('not_heard');
        if (this.fault.loseAfter === this.written.length) return listener.lost();
        if (this.fault.silentAfter !== undefined && this.written.length >= this.fault.silentAfter) return;
        this.#out.push(...(await this.reader.hear(value)));
        pump();
      },
      read: () => {
        this.reads++;
        const whole = this.#last;
        this.#held = false;
        queueMicrotask(pump);
        return Promise.resolve(whole);
      },
      close: () => {
        this.closed++;
      },
    };
  }
}
