import type { Bytes } from '../wire/bytes.ts';

/** A connection to one reader's two characteristics, whatever carries it. Requests go one at a time; the caller waits for each. */
export interface Link {
  /** Writes the CCCD: from here on the reader notifies, beginning with M1. */
  subscribe(): Promise<void>;
  write(value: Bytes): Promise<void>;
  /** The whole value last notified. */
  read(): Promise<Bytes>;
  close(): void;
}

export interface Listener {
  notified(value: Bytes): void;
  lost(): void;
}

export interface Radio {
  /** Throws RadioProblem. */
  connect(listener: Listener, signal: AbortSignal): Promise<Link>;
}

export type RadioFault =
  /** The reader is not in reach, or does not answer. */
  | 'not_heard'
  /** The phone's Bluetooth is off. */
  | 'off'
  /** The person closed the browser's list. */
  | 'not_chosen'
  /** The browser wants a fresh tap before it shows its list. */
  | 'needs_tap';

export class RadioProblem extends Error {
  constructor(readonly fault: RadioFault) {
    super(fault);
  }
}
