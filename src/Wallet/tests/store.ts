/** As much of IndexedDB as the wallet uses, in memory; values are cloned on both ways, as a browser does. */
type Rows = Map<IDBValidKey, unknown>;
type Database = { onversionchange?: () => void; onclose?: () => void } & Record<string, unknown>;
type Request = { result: unknown; error: null; onsuccess?: () => void; onerror?: () => void; onupgradeneeded?: () => void };

export class TestStore {
  readonly #stores = new Map<string, { readonly keyPath: string | undefined; readonly rows: Rows }>();
  #open: Database | undefined;
  /** The browser keeps nothing for this page: cookies are blocked, or the window is private. */
  refused = false;

  /** The browser's own name for it. From here on the wallet in this process lives on this phone. */
  install(): void {
    closeTab();
    current = this;
    Object.defineProperty(globalThis, 'indexedDB', { value: { open: () => this.#opening() }, configurable: true });
  }

  close(): void {
    this.#open?.onversionchange?.();
    this.#open = undefined;
  }

  /** The browser takes the connection away from a page that lives on. */
  lose(): void {
    const lost = this.#open!;
    lost.transaction = () => {
      throw new DOMException('The connection is closed.', 'InvalidStateError');
    };
    lost.onclose!();
  }

  rows(store: string): readonly unknown[] {
    return [...(this.#stores.get(store)?.rows.values() ?? [])];
  }

  #opening(): Request {
    const fresh = this.#stores.size === 0;
    const database: Database = {
      createObjectStore: (name: string, options?: { keyPath: string }) =>
        this.#stores.set(name, { keyPath: options?.keyPath, rows: new Map() }),
      transaction: () => this.#transaction(),
      close: () => {},
    };
    this.#open = database;
    const request: Request = { result: database, error: null };
    queueMicrotask(() => {
      if (this.refused) return request.onerror!();
      if (fresh) request.onupgradeneeded!();
      request.onsuccess!();
    });
    return request;
  }

  #transaction(): object {
    const transaction: { oncomplete?: () => void; error: null; objectStore(name: string): object } = {
      error: null,
      objectStore: (name) => {
        const { keyPath, rows } = this.#stores.get(name)!;
        return {
          get: (key: IDBValidKey) => run(() => rows.get(key)),
          getAll: () => run(() => [...rows.values()]),
          getAllKeys: () => run(() => [...rows.keys()]),
          put: (value: Record<string, unknown>, key?: IDBValidKey) => {
            const at = keyPath === undefined ? key! : (value[keyPath] as IDBValidKey);
            const kept: unknown = structuredClone(value);
            return run(() => void rows.set(at, kept));
          },
          delete: (key: IDBValidKey) => run(() => void rows.delete(key)),
        };
      },
    };
    let waiting = 0;
    const run = (act: () => unknown): Request => {
      const request: Request = { result: undefined, error: null };
      waiting++;
      queueMicrotask(() => {
        request.result = structuredClone(act());
        request.onsuccess?.();
        // What onsuccess asked for belongs to the same transaction.
        queueMicrotask(() => {
          if (--waiting === 0) transaction.oncomplete?.();
        });
      });
      return request;
    };
    return transaction;
  }
}

let current: TestStore | undefined;

/** The page is gone with all it held in memory; the store stays. */
export function closeTab(): void {
  current?.close();
}
