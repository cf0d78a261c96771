import type { Look } from '../server/calls.ts';
import { equal, type Bytes } from '../wire/bytes.ts';

/** What stays on the phone, in IndexedDB: keys (their private halves as handles that cannot be read out), and a few settings. */
export type HeldRecord = {
  /** Site in hex. */
  readonly id: string;
  readonly signer: CryptoKey;
  readonly publicKey: Bytes;
  readonly keyMade: number;
  readonly document: Bytes;
  readonly card: Bytes;
  /** Newest list of revoked readers, verified when it was put here. */
  readonly revokedReaders: Bytes | undefined;
  /** Carried to readers that know less (spec/status-list.md). */
  readonly statusLists: readonly Bytes[];
  readonly statusSequence?: number;
  /** Where the key was activated: the first address to ask, until the card names others. */
  readonly origin: string;
  readonly grantedAt: number;
  /** What the server said at the last renewal. */
  readonly standing: 'good' | 'on-hold' | 'ended';
  /** When the server said that it has ended. It may be wanted again: a validity that is over can be made longer. */
  readonly endedAt?: number;
  /** Digest of the code that was redeemed: its link, opened once more on this phone, leads to this key. */
  readonly code?: string;
  /** Reader in hex to the time it last opened. */
  readonly opened: Readonly<Record<string, number>>;
};

/** A key made for a code that was not yet granted: a retry must show the same key, or the code counts as used elsewhere. */
export type PendingRecord = {
  readonly id: string;
  /** What the code stands for; a code that is spent is not told again. */
  readonly seen?: Look;
  readonly signer: CryptoKey;
  readonly publicKey: Bytes;
  readonly keyMade: number;
};

export type Settings = {
  language: string;
  clockOffset: number;
  installOffered: boolean;
  sound: boolean;
  /** Identifier of the screen-lock credential, once made. */
  verification: Bytes;
  lastSite: string;
};

const NAME = 'latchkey';
const VERSION = 1;
let opening: Promise<IDBDatabase> | undefined;

/** One connection for the page. One that was refused or has gone is asked for anew by whoever comes next. */
function connected(): Promise<IDBDatabase> {
  return (opening ??= open().catch((refusal: unknown) => {
    opening = undefined;
    throw refusal;
  }));
}

export const heldKeys = {
  all: () => run<HeldRecord[]>('keys', 'readonly', (store) => store.getAll()),
  /** Puts a key where there is none, or where the one that is there may go. False: it may not, and stays. */
  take: async (record: HeldRecord, mayGo: (kept: HeldRecord) => boolean) =>
    record === (await settle<HeldRecord>('keys', record.id, (kept) => (kept === undefined || mayGo(kept) ? record : kept))),
  /** Changes what is there now: an opening, a renewal and a deletion may meet. What was deleted stays so. */
  change: (id: string, alter: (kept: HeldRecord) => HeldRecord) =>
    settle<HeldRecord>('keys', id, (kept) => kept && alter(kept)),
  /** Deletes this very key; another one that took its place meanwhile stays. */
  remove: ({ id, publicKey }: HeldRecord) =>
    settle<HeldRecord>('keys', id, (kept) => (kept && !equal(kept.publicKey, publicKey) ? kept : undefined)),
};

export const pendingKeys = {
  get: (id: string) => run<PendingRecord | undefined>('pending', 'readonly', (store) => store.get(id)),
  put: (record: PendingRecord) => run<IDBValidKey>('pending', 'readwrite', (store) => store.put(record)),
  /** The first one stays, and every tab gets that one. */
  first: async (record: PendingRecord) => (await settle<PendingRecord>('pending', record.id, (kept) => kept ?? record))!,
  remove: (id: string) => run<undefined>('pending', 'readwrite', (store) => store.delete(id)),
};

/** Everything home needs. */
export type Kept = { readonly settings: Partial<Settings>; readonly keys: readonly HeldRecord[] };

declare global {
  /** What early.ts began to read before the wallet itself was there. */
  var keptAhead: Promise<Kept> | undefined;
}

/** Everything home needs: this is on the way from the tap to *ready*. What was read ahead is given out once. */
export function readAll(): Promise<Kept> {
  const reading = globalThis.keptAhead ?? readNow();
  globalThis.keptAhead = undefined;
  return reading;
}

/** In one transaction. */
export async function readNow(): Promise<Kept> {
  const transaction = (await connected()).transaction(['keys', 'settings']);
  const names = transaction.objectStore('settings').getAllKeys();
  const values = transaction.objectStore('settings').getAll();
  const keys = transaction.objectStore('keys').getAll() as IDBRequest<HeldRecord[]>;
  await new Promise<void>((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error);
  });
  return {
    settings: Object.fromEntries(names.result.map((name, index) => [String(name), values.result[index]])),
    keys: keys.result,
  };
}

export async function writeSetting<Name extends keyof Settings>(name: Name, value: Settings[Name]): Promise<void> {
  await run('settings', 'readwrite', (store) => store.put(value, name));
}

function run<T>(storeName: string, mode: IDBTransactionMode, act: (store: IDBObjectStore) => IDBRequest): Promise<T> {
  return connected().then(
    (database) =>
      new Promise<T>((resolve, reject) => {
        // 'strict' waits for the disk: a key that was granted must survive a battery that dies now.
        const transaction = database.transaction(storeName, mode, { durability: 'strict' });
        const request = act(transaction.objectStore(storeName));
        transaction.oncomplete = () => resolve(request.result as T);
        transaction.onerror = transaction.onabort = () => reject(transaction.error ?? request.error);
      }),
  );
}

/** Looks and puts, or deletes, in one transaction, since tabs may meet; gives what is there afterwards. */
async function settle<T>(storeName: string, id: string, next: (kept: T | undefined) => T | undefined): Promise<T | undefined> {
  let settled: T | undefined;
  await run(storeName, 'readwrite', (store) => {
    const request = store.get(id) as IDBRequest<T | undefined>;
    request.onsuccess = () => {
      settled = next(request.result);
      if (settled === undefined) store.delete(id);
      else if (settled !== request.result) store.put(settled);
    };
    return request;
  });
  return settled;
}

function open(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, VERSION);
    request.onupgradeneeded = () => {
      request.result.createObjectStore('keys', { keyPath: 'id' });
      request.result.createObjectStore('pending', { keyPath: 'id' });
      request.result.createObjectStore('settings');
    };
    request.onsuccess = () => {
      // Another tab with a newer wallet must not wait for this one.
      request.result.onversionchange = () => {
        request.result.close();
        opening = undefined;
      };
      // The browser closes it, too: under pressure, or when its data is cleared.
      request.result.onclose = () => {
        opening = undefined;
      };
      resolve(request.result);
    };
    request.onerror = () => reject(request.error);
  });
}
