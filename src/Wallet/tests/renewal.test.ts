import { test } from 'node:test';
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setOffset } from '../src/clock.ts';
import { makeDeviceKey, type DeviceKey } from '../src/credentials/keys.ts';
import { renewKey } from '../src/keep/activation.ts';
import { heldKeys, type HeldRecord } from '../src/keep/database.ts';
import { firstGrant, readKey, type Key } from '../src/keep/key.ts';
import { base64url, equal } from '../src/wire/bytes.ts';
import { cardFor, documentFor, makeSite, NOW, SITE } from './reader.ts';
import { TestStore } from './store.ts';

/** Renewals whose answers wait until the test lets them go, so that other things can happen meanwhile. */
type Answer = { readonly status: number; readonly body: object };

async function serve() {
  const arrived: ((answer: Answer) => void)[] = [];
  let wake: (() => void) | undefined;
  const listener = createServer((request, response) => {
    request.resume().on('end', () => {
      arrived.push(({ status, body }) =>
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body)),
      );
      wake?.();
    });
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(listener.address() as AddressInfo).port}`,
    /** The next renewal is here and waits; what this gives answers it. */
    next: async () => {
      while (arrived.length === 0) await new Promise<void>((resolve) => (wake = resolve));
      return arrived.shift()!;
    },
    close: () => listener.close(),
  };
}

const site = await makeSite();

async function granted(device: DeviceKey, origin: string, serial: number): Promise<Answer & { record: HeldRecord; key: Key }> {
  const grant = {
    site: SITE,
    key: 3,
    document: await documentFor(site, device, [[-2, serial]]),
    siteCard: await cardFor(site, [[9, [origin]]]),
    statusLists: [],
    now: NOW,
  };
  const record = (await firstGrant({ ...device, keyMade: NOW }, grant, origin))!;
  const body = {
    ...grant,
    site: base64url(SITE),
    document: base64url(grant.document),
    siteCard: base64url(grant.siteCard),
  };
  return { status: 200, body, record, key: readKey(record)! };
}

async function withWallet(act: (server: Awaited<ReturnType<typeof serve>>) => Promise<void>): Promise<void> {
  new TestStore().install();
  setOffset(NOW - Math.floor(Date.now() / 1000));
  const server = await serve();
  try {
    await act(server);
  } finally {
    server.close();
  }
}

const put = (record: HeldRecord) => heldKeys.take(record, () => true);
const kept = async () => readKey((await heldKeys.all())[0]!)!;

test('a renewal that comes back late leaves the key alone that took the place meanwhile', () =>
  withWallet(async (server) => {
    const [old, fresh] = [await makeDeviceKey(), await makeDeviceKey()];
    const before = await granted(old, server.origin, 7);
    const late: readonly Answer[] = [
      await granted(old, server.origin, 8),
      { status: 409, body: { type: '/problems/key-ended', state: 'replaced' } },
      { status: 409, body: { type: '/problems/key-suspended' } },
    ];
    for (const answer of late) {
      await put(before.record);
      const renewal = renewKey(before.key);
      const reply = await server.next();
      await put((await granted(fresh, server.origin, 1)).record);
      reply(answer);
      await renewal;
      const { record, document } = await kept();
      assert.ok(equal(record.publicKey, fresh.publicKey), JSON.stringify(answer.body));
      assert.deepEqual([document.serial, record.standing], [1, 'good']);
    }
  }));

test('of two renewals of one key the newer document stays, in whichever order the answers come', () =>
  withWallet(async (server) => {
    const device = await makeDeviceKey();
    const before = await granted(device, server.origin, 7);
    const [older, newer] = [await granted(device, server.origin, 8), await granted(device, server.origin, 9)];
    for (const order of [
      [older, newer],
      [newer, older],
    ]) {
      await put(before.record);
      const renewals = [renewKey(before.key), renewKey(before.key)];
      const replies = [await server.next(), await server.next()];
      for (const [index, answer] of order.entries()) {
        replies[index]!(answer);
        await Promise.race(renewals);
      }
      await Promise.all(renewals);
      assert.equal((await kept()).document.serial, 9);
    }
  }));

test('a renewal keeps what was opened while it was away', () =>
  withWallet(async (server) => {
    const device = await makeDeviceKey();
    const before = await granted(device, server.origin, 7);
    await put(before.record);
    const renewal = renewKey(before.key);
    const reply = await server.next();
    await heldKeys.change(before.record.id, (record) => ({ ...record, opened: { door: NOW } }));
    reply(await granted(device, server.origin, 8));
    await renewal;
    const { record, document } = await kept();
    assert.deepEqual([document.serial, record.opened], [8, { door: NOW }]);
  }));

test('a key that had ended works again when the server grants it anew; when it was called ended is kept', () =>
  withWallet(async (server) => {
    const device = await makeDeviceKey();
    await put((await granted(device, server.origin, 7)).record);
    const ask = async (answer: Answer) => {
      const renewal = renewKey(await kept());
      (await server.next())(answer);
      await renewal;
      return (await kept()).record;
    };
    const over = await ask({ status: 409, body: { type: '/problems/key-ended', state: 'expired' } });
    assert.equal(over.standing, 'ended');
    assert.ok(Math.abs(over.endedAt! - NOW) < 60);
    assert.equal((await ask(await granted(device, server.origin, 8))).standing, 'good');
  }));

test('a key is deleted, not the one that took its place in another tab', () =>
  withWallet(async () => {
    const [seen, newer] = [await granted(await makeDeviceKey(), 'http://127.0.0.1:9', 7), await granted(await makeDeviceKey(), 'http://127.0.0.1:9', 1)];
    await put(newer.record);
    await heldKeys.remove(seen.record);
    assert.ok(equal((await kept()).record.publicKey, newer.record.publicKey));
    await heldKeys.remove(newer.record);
    assert.deepEqual(await heldKeys.all(), []);
  }));
