import { clockOffset } from '../clock.ts';
import { makeDeviceKey, sign } from '../credentials/keys.ts';
import { pendingKeys } from '../keep/database.ts';
import { canBluetooth } from '../radios/webBluetooth.ts';
import { hasScreenLock } from './verification.ts';

/**
 * Looks whether this phone can hold and show a key, before a code is spent. 'stop' means that a key could not live here;
 * 'todo' that something works less well until the person acts; 'later' that it is asked only when needed.
 */
export type Subject = 'secure' | 'network' | 'keystore' | 'storage' | 'bluetooth' | 'lock' | 'clock' | 'camera';
export type Standing = 'good' | 'todo' | 'stop' | 'later';
export type Check = { readonly subject: Subject; readonly standing: Standing; readonly why?: 'off' | 'missing' | 'denied' };

const CLOCK_SECONDS = 60;

export async function checkPhone(): Promise<readonly Check[]> {
  const checks = await Promise.all([secure(), network(), keystore(), bluetooth(), lock(), clock(), storage(), camera()]);
  const weight: Readonly<Record<Standing, number>> = { stop: 0, todo: 1, good: 2, later: 3 };
  return checks.sort((a, b) => weight[a.standing] - weight[b.standing]);
}

/** Only what a key cannot live without, and Bluetooth that is merely switched off, interrupts an activation. */
export function interrupts(checks: readonly Check[], demo: boolean): boolean {
  return checks.some(({ subject, standing, why }) => standing === 'stop' || (!demo && subject === 'bluetooth' && why === 'off'));
}

async function secure(): Promise<Check> {
  return { subject: 'secure', standing: globalThis.isSecureContext ? 'good' : 'stop' };
}

async function network(): Promise<Check> {
  return { subject: 'network', standing: navigator.onLine ? 'good' : 'todo' };
}

/** The real thing: a key that cannot be read out goes into the store, comes back, and signs. Private windows often fail here. */
async function keystore(): Promise<Check> {
  const id = 'probe';
  try {
    await pendingKeys.put({ id, ...(await makeDeviceKey()), keyMade: 0 });
    const kept = await pendingKeys.get(id);
    await pendingKeys.remove(id);
    const good = kept !== undefined && !kept.signer.extractable && (await sign(kept.signer, new Uint8Array(1))).length === 64;
    return { subject: 'keystore', standing: good ? 'good' : 'stop' };
  } catch {
    return { subject: 'keystore', standing: 'stop' };
  }
}

async function storage(): Promise<Check> {
  const persistent = await navigator.storage?.persist?.().catch(() => false);
  return { subject: 'storage', standing: persistent ? 'good' : 'todo' };
}

async function bluetooth(): Promise<Check> {
  if (!canBluetooth()) return { subject: 'bluetooth', standing: 'todo', why: 'missing' };
  const on = await navigator.bluetooth.getAvailability().catch(() => false);
  return on ? { subject: 'bluetooth', standing: 'good' } : { subject: 'bluetooth', standing: 'todo', why: 'off' };
}

async function lock(): Promise<Check> {
  return { subject: 'lock', standing: (await hasScreenLock()) ? 'good' : 'todo' };
}

async function clock(): Promise<Check> {
  return { subject: 'clock', standing: Math.abs(clockOffset()) <= CLOCK_SECONDS ? 'good' : 'todo' };
}

async function camera(): Promise<Check> {
  const permission = await navigator.permissions?.query({ name: 'camera' as PermissionName }).catch(() => undefined);
  if (navigator.mediaDevices === undefined) return { subject: 'camera', standing: 'later', why: 'missing' };
  if (permission?.state === 'denied') return { subject: 'camera', standing: 'later', why: 'denied' };
  return { subject: 'camera', standing: permission?.state === 'granted' ? 'good' : 'later' };
}
