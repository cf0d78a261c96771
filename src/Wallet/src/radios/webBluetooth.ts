import type { Bytes } from '../wire/bytes.ts';
import { type Link, type Listener, type Radio, RadioProblem } from './radio.ts';

/** PKOC's GATT service over Web Bluetooth (spec/pkoc-ble.md). */
const SERVICE = '0000fff0-0000-1000-8000-00805f9b34fb';
const TO_PHONE = 'e5b1b3b5-3cca-3f76-cd86-a884cc239692';
const TO_READER = 'fe278a85-89ae-191f-5dde-841202693835';
const CONNECT_TRIES = 2;
const LEAVE_MS = 500;

/** Handles live as long as the page: with one at hand a door opens without the browser's list. */
const handles = new Map<string, BluetoothDevice>();

/** A connection that is still being taken down; the next one to the same reader waits for it. */
const closing = new WeakMap<BluetoothDevice, Promise<void>>();

/** The newest link to each device: what an older one set going is no longer that one's to take down. */
const newest = new WeakMap<BluetoothDevice, GattLink>();

export function canBluetooth(): boolean {
  return 'bluetooth' in navigator;
}

export function holdsHandle(readerId: string): boolean {
  return handles.has(readerId);
}

/** A device that was not heard, or was not the reader it was chosen for: the next time, the person chooses again. */
export function forgetHandle(readerId: string, forGood = false): void {
  // One that failed its proof must not come back with the devices that the browser remembers.
  if (forGood) void handles.get(readerId)?.forget?.().catch(() => undefined);
  handles.delete(readerId);
}

/** Some browsers remember the devices of earlier pages; most forget, and then the list comes once. */
export async function recallHandles(): Promise<void> {
  if (!canBluetooth() || !('getDevices' in navigator.bluetooth)) return;
  for (const device of await navigator.bluetooth.getDevices().catch(() => [])) {
    if (device.name !== undefined) handles.set(device.name, device);
  }
}

export class WebBluetooth implements Radio {
  /** `readerId` is the name the reader advertises; the browser's list shows that one reader only. */
  constructor(readonly readerId: string) {}

  async connect(listener: Listener, signal: AbortSignal): Promise<Link> {
    const device = handles.get(this.readerId) ?? (await this.#choose());
    handles.set(this.readerId, device);
    const link = new GattLink(device, listener);
    // It may have been stopped while the list was open.
    if (signal.aborted) link.close();
    signal.addEventListener('abort', () => link.close(), { once: true });
    await link.connect();
    return link;
  }

  async #choose(): Promise<BluetoothDevice> {
    try {
      return await navigator.bluetooth.requestDevice({ filters: [{ name: this.readerId, services: [SERVICE] }] });
    } catch (problem) {
      const name = problem instanceof DOMException ? problem.name : '';
      if (name === 'SecurityError') throw new RadioProblem('needs_tap');
      const available = await navigator.bluetooth.getAvailability().catch(() => true);
      throw new RadioProblem(available ? 'not_chosen' : 'off');
    }
  }
}

class GattLink implements Link {
  #toPhone: BluetoothRemoteGATTCharacteristic | undefined;
  #toReader: BluetoothRemoteGATTCharacteristic | undefined;
  #reading = false;
  #closed = false;
  readonly #onValue = () => {
    // A read fires the same event as a notification; its value is the read's answer, not a message.
    if (!this.#reading) this.listener.notified(bytesOf(this.#toPhone!.value));
  };
  readonly #onLost = () => {
    if (!this.#closed) this.listener.lost();
  };

  constructor(
    readonly device: BluetoothDevice,
    readonly listener: Listener,
  ) {}

  async connect(): Promise<void> {
    newest.set(this.device, this);
    await closing.get(this.device);
    for (let attempt = 1; !this.#closed && attempt <= CONNECT_TRIES; attempt++) {
      // The first connection after a while fails on many phones; the second works.
      if (await this.#reach().catch(() => false)) return;
    }
    throw new RadioProblem('not_heard');
  }

  /** False where it was closed meanwhile. The radio may connect all the same, and is then let go again: close() came too early to do it. */
  async #reach(): Promise<boolean> {
    const server = await this.device.gatt!.connect();
    if (this.#closed) {
      if (newest.get(this.device) === this) server.disconnect();
      return false;
    }
    const service = await server.getPrimaryService(SERVICE);
    this.#toPhone = await service.getCharacteristic(TO_PHONE);
    this.#toReader = await service.getCharacteristic(TO_READER);
    if (!this.#closed) this.device.addEventListener('gattserverdisconnected', this.#onLost);
    return !this.#closed;
  }

  async subscribe(): Promise<void> {
    this.#toPhone!.addEventListener('characteristicvaluechanged', this.#onValue);
    await heard(this.#toPhone!.startNotifications());
  }

  async write(value: Bytes): Promise<void> {
    await heard(this.#toReader!.writeValueWithResponse(value));
  }

  async read(): Promise<Bytes> {
    this.#reading = true;
    try {
      return bytesOf(await heard(this.#toPhone!.readValue()));
    } finally {
      this.#reading = false;
    }
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#toPhone?.removeEventListener('characteristicvaluechanged', this.#onValue);
    this.device.removeEventListener('gattserverdisconnected', this.#onLost);
    closing.set(this.device, this.#leave());
  }

  /** Takes the subscription back first: the next connection's CCCD write must be a new one, for it starts a transaction. */
  async #leave(): Promise<void> {
    if (this.device.gatt?.connected)
      await Promise.race([this.#toPhone?.stopNotifications().catch(() => undefined), pause(LEAVE_MS)]);
    this.device.gatt?.disconnect();
  }
}

async function heard<T>(act: Promise<T>): Promise<T> {
  try {
    return await act;
  } catch {
    throw new RadioProblem('not_heard');
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function bytesOf(view: DataView | undefined): Bytes {
  return view === undefined
    ? new Uint8Array(0)
    : (new Uint8Array(view.buffer, view.byteOffset, view.byteLength).slice() as Bytes);
}
