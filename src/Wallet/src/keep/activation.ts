import { equal, hex, sha256 } from '../wire/bytes.ts';
import { readDocument } from '../credentials/document.ts';
import { compress, makeDeviceKey, sign } from '../credentials/keys.ts';
import { proveRedeem, proveRenew } from '../credentials/proofs.ts';
import { hearTime, now } from '../clock.ts';
import { deviceName } from '../phone/place.ts';
import { activate, Problem, renew, type Grant, type Look } from '../server/calls.ts';
import { heldKeys, pendingKeys, writeSetting, type HeldRecord, type PendingRecord } from './database.ts';
import { firstGrant, isInTheWay, nextGrant, readKey, type Key } from './key.ts';

/** Rises when a server must be able to tell this wallet from an older one (site card, lowest wallet version). */
export const WALLET = 1;

/**
 * Redeems a code for the key that was `seen`. The key is stored before the code is sent: whenever the way back breaks, the same
 * key asks again and loses nothing. Undefined where somebody else's key would go for it, unless that is the one that `ends`.
 */
export async function activateKey(code: string, address: string, seen: Look, ends?: Key): Promise<HeldRecord | undefined> {
  // First the pending key, then what is held: another tab with this code either shows the same key or has put it there by now.
  const made = await keyFor(code, seen);
  const held = await heldKeys.all();
  const mine = held.find((record) => record.code === made.id);
  if (mine !== undefined) {
    await pendingKeys.remove(made.id);
    return mine;
  }
  const mayGoFor = (coming: Pick<Look, 'site' | 'userId'>) => (record: HeldRecord) => {
    const key = readKey(record);
    return key === undefined || !isInTheWay(key, coming) || (ends !== undefined && equal(record.publicKey, ends.record.publicKey));
  };
  if (!held.every(mayGoFor(seen))) return undefined;
  const platform = await deviceName();
  const grant = await withServerTime((time) =>
    proveRedeem((message) => sign(made.signer, message), {
      code,
      deviceKey: compress(made.publicKey),
      time,
      platform,
      wallet: WALLET,
    }).then((proof) => activate(address, proof)),
  );
  const { id: digest, seen: _, ...key } = made;
  const granted = await firstGrant(key, grant, address);
  if (granted === undefined) throw new Problem('no-answer');
  const record = { ...granted, code: digest };
  const { card } = readKey(record)!;
  // Once more: another tab may have taken somebody else's key meanwhile. The code is spent now, and the pending key waits.
  if (!(await heldKeys.take(record, mayGoFor({ site: card.site, userId: card.key.userId })))) return undefined;
  await pendingKeys.remove(digest);
  return record;
}

/** The key that this phone has by this code already. */
export async function keyBy(code: string, keys: readonly Key[]): Promise<Key | undefined> {
  const digest = await digestOf(code);
  return keys.find(({ record }) => record.code === digest);
}

/** What the code stands for, where this phone may have redeemed it and never heard the answer: then the same key may ask again. */
export async function underWay(code: string): Promise<Look | undefined> {
  return (await pendingKeys.get(await digestOf(code)))?.seen;
}

/**
 * Fetches a fresh document and card and keeps them; also keeps it when the server says that the key is on hold or has ended.
 * Answers may come late: one about a key whose place another took meanwhile changes nothing, nor does an older document than the
 * one that another tab has fetched.
 */
export async function renewKey(key: Key): Promise<void> {
  const { signer, publicKey } = key.record;
  const proof = (time: number) =>
    proveRenew((message) => sign(signer, message), { site: key.card.site, key: key.document.key, time, wallet: WALLET });
  let alter: (kept: HeldRecord) => HeldRecord;
  try {
    const grant = await atAnyAddress(key, (address) => withServerTime(async (time) => renew(address, await proof(time))));
    const next = await nextGrant(key, grant);
    if (next === undefined) throw new Problem('unreachable');
    alter = (kept) => (serialOf(next) < serialOf(kept) ? kept : { ...next, opened: kept.opened });
  } catch (problem) {
    const standing = problem instanceof Problem ? standingAfter(problem) : undefined;
    if (standing === undefined) throw problem;
    alter = (kept) => ({ ...kept, standing, ...(standing === 'ended' && { endedAt: now() }) });
  }
  await heldKeys.change(key.record.id, (kept) => (equal(kept.publicKey, publicKey) ? alter(kept) : kept));
}

function serialOf(record: HeldRecord): number {
  return readDocument(record.document)?.serial ?? 0;
}

/** The card's addresses in its order, then the one the key was activated at. */
export async function atAnyAddress<T>(key: Key, ask: (address: string) => Promise<T>): Promise<T> {
  let unreachable = new Problem('unreachable');
  for (const address of new Set([...key.card.addresses, key.record.origin])) {
    try {
      return await ask(address);
    } catch (problem) {
      if (!(problem instanceof Problem) || problem.problem !== 'unreachable') throw problem;
      unreachable = problem;
    }
  }
  throw unreachable;
}

/** A phone whose clock is off is told so once, and then goes by the server's. */
export async function withServerTime<T extends Grant | object>(ask: (time: number) => Promise<T>): Promise<T> {
  let answer: T;
  try {
    answer = await ask(now());
  } catch (problem) {
    const serverNow = problem instanceof Problem && problem.problem === 'clock' ? problem.number('now') : undefined;
    if (serverNow === undefined) throw problem;
    await writeSetting('clockOffset', hearTime(serverNow));
    return ask(now());
  }
  if ('now' in answer) await writeSetting('clockOffset', hearTime(answer.now));
  return answer;
}

function standingAfter(problem: Problem): HeldRecord['standing'] | undefined {
  switch (problem.problem) {
    case 'key-suspended':
      return 'on-hold';
    case 'key-ended':
    case 'key-unknown':
      return 'ended';
    default:
      return undefined;
  }
}

async function keyFor(code: string, seen: Look): Promise<PendingRecord> {
  const id = await digestOf(code);
  return (await pendingKeys.get(id)) ?? pendingKeys.first({ id, seen, ...(await makeDeviceKey()), keyMade: now() });
}

async function digestOf(code: string): Promise<string> {
  return hex(await sha256(new TextEncoder().encode(code)));
}
