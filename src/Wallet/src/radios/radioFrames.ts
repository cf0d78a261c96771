import { concat, uint16, type Bytes } from '../wire/bytes.ts';

/** Messages of the virtual radio (spec/virtual-radio.md): first byte the operation. Pure, so that the vectors can run it. */
export type Request = 'subscribe' | 'unsubscribe' | 'write' | 'read';
export type Answer = 'connected' | 'subscribed' | 'unsubscribed' | 'written' | 'readAnswer' | 'notification';
export type FromReader = { readonly operation: Answer; readonly value: Bytes };

const REQUESTS: Readonly<Record<Request, number>> = { subscribe: 0x02, unsubscribe: 0x06, write: 0x03, read: 0x04 };
const ANSWERS: Readonly<Record<number, Answer>> = {
  0x80: 'connected',
  0x82: 'subscribed',
  0x86: 'unsubscribed',
  0x83: 'written',
  0x84: 'readAnswer',
  0x85: 'notification',
};
const VALUE_BYTES_MAX = 512;
const MTU_MIN = 23;
const MTU_MAX = 517;
const NAME_BYTES_MAX = 8;

export const ANSWER_TO: Readonly<Record<Request, Answer>> = {
  subscribe: 'subscribed',
  unsubscribe: 'unsubscribed',
  write: 'written',
  read: 'readAnswer',
};

export function writeRequest(operation: Request, value: Uint8Array = new Uint8Array(0)): Bytes {
  return concat(Uint8Array.of(REQUESTS[operation]), value);
}

/** Undefined for what no reader sends: the connection is closed then. */
export function readFromReader(message: Uint8Array): FromReader | undefined {
  const operation = ANSWERS[message[0] ?? 0];
  const value = message.slice(1) as Bytes;
  return operation !== undefined && fits(operation, value) ? { operation, value } : undefined;
}

function fits(operation: Answer, value: Bytes): boolean {
  switch (operation) {
    case 'connected':
      return (
        value.length >= 2 &&
        value.length <= 2 + NAME_BYTES_MAX &&
        value.subarray(2).every((byte) => byte < 0x80) &&
        uint16(value, 0) >= MTU_MIN &&
        uint16(value, 0) <= MTU_MAX
      );
    case 'subscribed':
    case 'unsubscribed':
      return value.length === 0;
    case 'written':
      return value.length === 1;
    case 'readAnswer':
      return value.length <= VALUE_BYTES_MAX;
    case 'notification':
      return value.length >= 1 && value.length <= VALUE_BYTES_MAX;
  }
}
