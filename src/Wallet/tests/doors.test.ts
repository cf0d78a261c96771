import { test } from 'node:test';
import assert from 'node:assert/strict';
import type { App } from '../src/app.ts';
import { makeDeviceKey } from '../src/credentials/keys.ts';
import { firstGrant, readKey } from '../src/keep/key.ts';
import { manyDoors } from '../src/screens/doors.ts';
import { en } from '../src/texts/en.ts';
import { whenIn } from '../src/texts/when.ts';
import type { Cbor, CborKey } from '../src/wire/cbor.ts';
import { cardFor, documentFor, makeSite, NOW, SITE } from './reader.ts';

/** As much of a page as a screen draws itself with. */
class TestElement {
  readonly children: (TestElement | string)[] = [];
  readonly dataset: Record<string, string> = {};
  hidden = false;
  [property: string]: unknown;

  constructor(readonly name: string) {}

  append(...children: (TestElement | string)[]): void {
    this.children.push(...children);
  }

  setAttribute(): void {}

  all(name: string): TestElement[] {
    const elements = this.children.filter((child) => child instanceof TestElement);
    return elements.flatMap((child) => [...(child.name === name ? [child] : []), ...child.all(name)]);
  }
}

const NAMES = ['Entrance', 'Garage', 'Garden', 'Cellar', 'Attic', 'Laundry', 'Bicycles', 'Boiler', 'Roof', 'Yard'];

async function draw(sought: string | undefined) {
  const page = { createElement: (name: string) => new TestElement(name), createElementNS: (_: string, name: string) => new TestElement(name) };
  Object.defineProperty(globalThis, 'document', { value: page, configurable: true });
  Object.defineProperty(globalThis, 'navigator', { value: { onLine: true }, configurable: true });
  const site = await makeSite();
  const device = await makeDeviceKey();
  const doors = NAMES.map((name, index) =>
    new Map<CborKey, Cbor>([[1, `K7Q${index}`], [2, new Uint8Array(16).fill(index)], [3, name], [4, 2], [5, 0], [6, false]]),
  );
  const record = await firstGrant(
    { ...device, keyMade: NOW },
    { site: SITE, key: 3, document: await documentFor(site, device), siteCard: await cardFor(site, [[7, doors]]), statusLists: [], now: NOW },
    'https://keys.example.com',
  );
  const key = readKey(record!)!;
  const asked: (string | undefined)[] = [];
  const app = { texts: en, when: whenIn('en'), language: 'en', keys: [key], renewing: new Map(), settingsKept: {} };
  const drawn = manyDoors(app as unknown as App, key, sought, (wanted) => asked.push(wanted)) as unknown as TestElement;
  const rows = drawn.all('li');
  return { field: drawn.all('input')[0], shown: () => rows.filter(({ hidden }) => !hidden).map(({ dataset }) => dataset['name']), asked };
}

test('what was typed to find a door is there when home is drawn anew, and goes on counting', async () => {
  const { field, shown, asked } = await draw('gar');
  assert.equal(field!['value'], 'gar');
  assert.deepEqual(shown(), ['garage', 'garden']);
  (field!['oninput'] as (event: object) => void)({ target: { value: 'Roo' } });
  assert.deepEqual(shown(), ['roof']);
  assert.deepEqual(asked, ['Roo']);
});

test('where nothing is sought there is no field, and every door shows', async () => {
  const { field, shown } = await draw(undefined);
  assert.equal(field, undefined);
  assert.equal(shown().length, NAMES.length - 1);
});
