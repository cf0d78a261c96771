import { test } from 'node:test';
import assert from 'node:assert/strict';
import { App } from '../src/app.ts';
import { setOffset } from '../src/clock.ts';
import type { Key } from '../src/keep/key.ts';

const NOW = 1_800_000_000;

/** Whether a key that was granted so many seconds ago, by the phone's clock, is renewed. */
function isDue(age: number, cycleSeconds = 43_200, standing = 'good', endedAge?: number): boolean {
  setOffset(NOW - Math.floor(Date.now() / 1000));
  const draw = () => assert.fail('nothing is drawn here');
  const ended = endedAge === undefined ? {} : { endedAt: NOW - endedAge };
  const record = { grantedAt: NOW - age, standing, ...ended };
  return new App(draw, draw).isDue({ record, card: { key: { cycleSeconds } } } as Key);
}

test('a key is renewed after a while, never within the same moment', () => {
  assert.deepEqual([isDue(0), isDue(3_600)], [false, true]);
});

test('a phone whose clock was set back renews all the same', () => {
  assert.deepEqual([isDue(-2), isDue(-86_400), isDue(-10 * 365 * 86_400)], [true, true, true]);
});

test('a key that has ended is asked for now and then, for its validity may have been made longer', () => {
  assert.deepEqual([0, 60, 3_600].map((age) => isDue(86_400, 43_200, 'ended', age)), [false, false, true]);
  // Ended before such a time was kept, or by a clock that was ahead.
  assert.deepEqual([undefined, -60].map((age) => isDue(86_400, 43_200, 'ended', age)), [true, true]);
});
