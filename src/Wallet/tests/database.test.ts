import { test } from 'node:test';
import assert from 'node:assert/strict';
import { readAll, readNow, writeSetting, type Kept } from '../src/keep/database.ts';
import { TestStore } from './store.ts';

test('what the early script began to read is given out once; from then on the store is asked', async () => {
  new TestStore().install();
  await writeSetting('sound', true);
  const ahead: Promise<Kept> = readNow();
  globalThis.keptAhead = ahead;
  await writeSetting('sound', false);
  assert.equal(readAll(), ahead);
  assert.equal((await ahead).settings.sound, true);
  assert.equal((await readAll()).settings.sound, false);
});

test('a store that would not open ahead says so to whoever takes it, and is asked anew after that', async () => {
  new TestStore().install();
  globalThis.keptAhead = Promise.reject(new Error('closed'));
  await assert.rejects(readAll(), /closed/);
  assert.deepEqual(await readAll(), { settings: {}, keys: [] });
});
