import { test } from 'node:test';
import assert from 'node:assert/strict';
import { readAll, readNow, writeSetting, type Kept } from '../src/keep/database.ts';
import { closeTab, TestStore } from './store.ts';

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

test('a store that was refused once is asked again, and one whose connection was lost is opened anew', async () => {
  const store = new TestStore();
  store.install();
  store.refused = true;
  await assert.rejects(readAll());
  store.refused = false;
  await writeSetting('sound', true);
  store.lose();
  assert.equal((await readAll()).settings.sound, true);
});

test('a browser without a store to ask says so each time, and is asked each time', async () => {
  closeTab();
  let asked = 0;
  const open = () => {
    asked++;
    throw new DOMException('Denied.', 'SecurityError');
  };
  Object.defineProperty(globalThis, 'indexedDB', { value: { open }, configurable: true });
  await assert.rejects(readAll(), /Denied/);
  await assert.rejects(writeSetting('sound', true), /Denied/);
  assert.equal(asked, 2);
});
