import { test } from 'node:test';
import assert from 'node:assert/strict';
import { placeOf, within } from '../src/phone/place.ts';
import { interrupts, type Check } from '../src/phone/readiness.ts';

const iPhone =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1';
const mac =
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15';
const android =
  'Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Mobile Safari/537.36';

test('on an iPhone or iPad nothing is activated outside the installed wallet; an iPad calls itself a Mac', () => {
  const place = (userAgent: string, platform: string, touchPoints: number, standalone = false) =>
    placeOf({ userAgent, platform, touchPoints, standalone });
  assert.equal(place(iPhone, 'iPhone', 5), 'apple-browser');
  assert.equal(place(iPhone, 'iPhone', 5, true), 'installed');
  assert.equal(place(iPhone.replace('Safari', 'CriOS/130 Safari'), 'iPhone', 5), 'apple-browser');
  assert.equal(place(mac, 'MacIntel', 5), 'apple-browser');
  assert.equal(place(mac, 'MacIntel', 5, true), 'installed');
  assert.equal(place(mac, 'MacIntel', 0), 'browser');
  assert.equal(place(android, 'Linux armv8l', 5), 'browser');
  assert.equal(place(android, 'Linux armv8l', 5, true), 'installed');
});

test('a device name is cut to 64 bytes in whole characters', () => {
  assert.equal(within('Pixel 8'), 'Pixel 8');
  assert.equal(within('č'.repeat(40)), 'č'.repeat(32));
  assert.equal(within('a🔑', 4), 'a');
});

test('only what a key cannot live without, and Bluetooth that is switched off, interrupts an activation', () => {
  const good: Check = { subject: 'keystore', standing: 'good' };
  const off: Check = { subject: 'bluetooth', standing: 'todo', why: 'off' };
  assert.equal(
    interrupts(
      [
        good,
        { subject: 'lock', standing: 'todo' },
        { subject: 'storage', standing: 'todo' },
        { subject: 'camera', standing: 'later' },
      ],
      false,
    ),
    false,
  );
  assert.equal(interrupts([good, { subject: 'bluetooth', standing: 'todo', why: 'missing' }], false), false);
  assert.equal(interrupts([good, off], false), true);
  assert.equal(interrupts([good, off], true), false);
  assert.equal(interrupts([{ subject: 'keystore', standing: 'stop' }], true), true);
});
