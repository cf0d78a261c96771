import { test } from 'node:test';
import assert from 'node:assert/strict';
import { setOffset } from '../src/clock.ts';
import { freshened } from '../src/fresh.ts';
import type { Key } from '../src/keep/key.ts';

const NOW = 1_800_000_000;

function keyUntil(expires: number, serial = 1): Key {
  return { record: { id: 'one' }, document: { expires, serial } } as unknown as Key;
}

type Wallet = Parameters<typeof freshened>[0];

function wallet(key: Key, parts: Partial<Wallet> = {}): Wallet {
  setOffset(NOW - Math.floor(Date.now() / 1000));
  return { keys: [key], outdated: new Set(), renewing: new Map(), renew: () => assert.fail('nothing is to be renewed'), ...parts };
}

test('a live key waits for no renewal, not even for one under way', async () => {
  const key = keyUntil(NOW + 3600);
  const never = new Promise<boolean>(() => {});
  assert.equal(await freshened(wallet(key, { renewing: new Map([['one', never]]) }), key), key);
});

test('a dead key is renewed first', async () => {
  const [dead, renewed] = [keyUntil(NOW - 1), keyUntil(NOW + 3600, 2)];
  const app = wallet(dead, {
    renew: async () => {
      app.keys = [renewed];
      return true;
    },
  });
  assert.equal(await freshened(app, dead), renewed);
});

test('a key that a door called out of date is renewed first, too', async () => {
  const [stale, renewed] = [keyUntil(NOW + 3600), keyUntil(NOW + 3600, 2)];
  const app = wallet(stale, {
    outdated: new Set(['one']),
    renew: async () => {
      app.keys = [renewed];
      return true;
    },
  });
  assert.equal(await freshened(app, stale), renewed);
});

test('a dead key joins the renewal under way instead of asking twice', async () => {
  const [dead, renewed] = [keyUntil(NOW - 1), keyUntil(NOW + 3600, 2)];
  const app = wallet(dead);
  app.renewing.set(
    'one',
    Promise.resolve().then(() => {
      app.keys = [renewed];
      return true;
    }),
  );
  assert.equal(await freshened(app, dead), renewed);
});

test('a network that answers nothing, and a fault, leave the dead key as it is for the door to judge', async () => {
  const dead = keyUntil(NOW - 1);
  assert.equal(await freshened(wallet(dead, { renew: () => new Promise(() => {}) }), dead, 1), dead);
  assert.equal(await freshened(wallet(dead, { renew: () => Promise.reject(new Error('no store')) }), dead), dead);
});
