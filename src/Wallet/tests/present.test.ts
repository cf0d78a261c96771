import { test } from 'node:test';
import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { base64url, type Bytes } from '../src/wire/bytes.ts';
import { setOffset } from '../src/clock.ts';
import { makeDeviceKey } from '../src/credentials/keys.ts';
import { firstGrant, readKey, type Key } from '../src/keep/key.ts';
import { present, type Opening, type Presented, type Way } from '../src/present.ts';
import { holdsHandle, recallHandles } from '../src/radios/webBluetooth.ts';
import { TestRadio, type Fault } from './radio.ts';
import { cardFor, documentFor, makeSite, NOW, SITE, TestReader, type Bend, type Site } from './reader.ts';

/** One tap on Open, with a door that can be reached in several ways; what each way carried is counted. */
type Tried = { readonly outcome: Presented; readonly ways: readonly Way[]; readonly shown: number };

async function keyAt(addresses: readonly string[]): Promise<{ site: Site; key: Key }> {
  const site = await makeSite();
  const device = await makeDeviceKey();
  const record = await firstGrant(
    { ...device, keyMade: NOW },
    {
      site: SITE,
      key: 3,
      document: await documentFor(site, device, [[-9, 2]]),
      siteCard: await cardFor(site, [[9, [...addresses]]]),
      statusLists: [],
      now: NOW,
    },
    addresses[0]!,
  );
  return { site, key: readKey(record!)! };
}

async function tap(
  key: Key,
  ways: readonly Way[],
  radios: Partial<Record<Way, TestRadio>>,
  cancel = new AbortController(),
  door = key.card.doors[0]!,
) {
  setOffset(NOW - Math.floor(Date.now() / 1000));
  const tried: Way[] = [];
  let shown = 0;
  const opening: Opening = {
    key,
    door,
    ways,
    circumstances: { verifiedAt: undefined, screenLock: true, oneTap: false },
    cancel: cancel.signal,
    onWay: (way) => tried.push(way),
    onShown: () => shown++,
  };
  const outcome = await present(opening, (_, way) => radios[way]!);
  return { outcome, ways: tried, shown } satisfies Tried;
}

/** A first radio that breaks, and behind it two ways that would work. */
async function overBreakingRadio(fault: Fault, bend?: Bend) {
  const { site, key } = await keyAt(['http://127.0.0.1:9']);
  const first = new TestRadio(new TestReader(site, bend), 517, fault);
  const second = new TestRadio(new TestReader(site));
  const tried = await tap(key, ['bluetooth', 'virtual'], { bluetooth: first, virtual: second });
  return { ...tried, first, second };
}

const M2 = 1;
const M4 = 2;
const DOCUMENT = 3;

test('what breaks before the key was shown leaves the next way open', async () => {
  const early: readonly Fault[] = [
    { connect: true },
    { silentAfter: 0 },
    { failAt: M2 },
    { loseAfter: M2 },
    { silentAfter: M2 },
  ];
  await Promise.all(
    early.map(async (fault) => {
      const { outcome, ways, second, shown } = await overBreakingRadio(fault);
      const which = JSON.stringify(fault);
      assert.deepEqual(ways, ['bluetooth', 'virtual'], which);
      assert.equal(second.connected, 1, which);
      assert.equal(shown, 1, which);
      assert.equal(outcome.kind, 'decided', which);
    }),
  );
});

test('once the key was shown, a lost answer ends it: no other way, and no second try over the same one', async () => {
  const late: readonly (readonly [Fault, Bend?])[] = [
    [{ failAt: M4 }],
    [{ loseAfter: M4 }],
    [{ silentAfter: M4 }],
    [{ failAt: DOCUMENT }],
    [{ loseAfter: DOCUMENT }],
    [{ silentAfter: DOCUMENT }],
    [{}, { result: (frame) => frame.with(9, frame[9]! ^ 1) as Bytes }],
    [{}, { result: (frame) => frame.slice(0, 12) as Bytes }],
  ];
  await Promise.all(
    late.map(async ([fault, bend], index) => {
      const { outcome, ways, first, second, shown } = await overBreakingRadio(fault, bend);
      assert.deepEqual(outcome, { kind: 'no_answer' }, `${index}`);
      assert.deepEqual(ways, ['bluetooth'], `${index}`);
      assert.deepEqual([first.connected, second.connected, shown], [1, 0, 1], `${index}`);
    }),
  );
});

test('an unproven reader and a refusal end it too', async () => {
  const unproven = await overBreakingRadio({}, { m3: (m3) => m3.with(5, m3[5]! ^ 1) as Bytes });
  assert.deepEqual([unproven.outcome.kind, unproven.second.connected, unproven.shown], ['unproven', 0, 0]);
  const refused = await overBreakingRadio({}, { reason: 51 });
  assert.deepEqual([refused.outcome.kind, refused.second.connected], ['decided', 0]);
});

test('what was stopped shows nothing: not before the first write, not between two, not on the next way', async () => {
  const { site, key } = await keyAt(['http://127.0.0.1:9']);
  const before = new AbortController();
  before.abort();
  const untouched = new TestRadio(new TestReader(site));
  assert.deepEqual(await tap(key, ['virtual', 'internet'], { virtual: untouched }, before), {
    outcome: { kind: 'stopped' },
    ways: [],
    shown: 0,
  });
  assert.equal(untouched.connected, 0);

  const between = new AbortController();
  const radio = new TestRadio(new TestReader(site), 517, { onWrite: (count) => count === M2 && between.abort() });
  const other = new TestRadio(new TestReader(site));
  const tried = await tap(key, ['bluetooth', 'virtual'], { bluetooth: radio, virtual: other }, between);
  assert.deepEqual([tried.outcome.kind, tried.shown, radio.written.length, other.connected], ['stopped', 0, M2, 0]);
});

/** A server of the wallet's routes; `onOpen` says how it answers an opening. */
async function serve(onOpen: 'lose' | { status: number; body: object }, onChallenge?: () => void): Promise<Server & { opens: number }> {
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      const say = (status: number, body: object) =>
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
      if (request.url!.endsWith('/challenge')) {
        onChallenge?.();
        return say(200, { nonce: base64url(new Uint8Array(16)), expires: NOW });
      }
      counted.opens++;
      if (onOpen === 'lose') request.socket.destroy();
      else say(onOpen.status, onOpen.body);
    });
  });
  const counted = Object.assign(server, { opens: 0 });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return counted;
}

const addressOf = (server: Server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

/** Two addresses of one site, then a radio: how often each saw the key. */
async function overInternet(onOpen: Parameters<typeof serve>[0], onChallenge?: () => void, cancel?: AbortController) {
  const servers = [await serve(onOpen, onChallenge), await serve({ status: 200, body: { reason: 1, unlockSeconds: 5 } })];
  try {
    const { site, key } = await keyAt(servers.map(addressOf));
    const radio = new TestRadio(new TestReader(site));
    const tried = await tap(key, ['internet', 'virtual'], { virtual: radio }, cancel);
    return { ...tried, opens: servers.map(({ opens }) => opens), radio };
  } finally {
    for (const server of servers) server.close();
  }
}

test('over the internet: an answer that is lost is not asked for at another address, nor over a radio', async () => {
  const lost: readonly Parameters<typeof serve>[0][] = [
    'lose',
    { status: 504, body: { type: '/problems/no-answer' } },
    { status: 502, body: { type: 'about:blank' } },
    { status: 200, body: { reason: 'green' } },
    // Spent by a first copy of the same request, perhaps: browsers send again over a fresh connection.
    { status: 409, body: { type: '/problems/nonce-unknown' } },
    { status: 500, body: { type: '/problems/something-new' } },
  ];
  for (const answer of lost) {
    const { outcome, opens, radio, shown } = await overInternet(answer);
    assert.deepEqual(outcome, { kind: 'no_answer' }, JSON.stringify(answer));
    assert.deepEqual([...opens, radio.connected, shown], [1, 0, 0, 1], JSON.stringify(answer));
  }
});

test('over the internet: where the server says that the door was not told, the next way may be tried', async () => {
  for (const [status, name] of [
    [503, 'reader-offline'],
    [400, 'reader-unknown'],
    [429, 'throttled'],
    [400, 'proof-wrong'],
  ] as const) {
    const { outcome, opens, radio } = await overInternet({ status, body: { type: `/problems/${name}` } });
    assert.deepEqual([outcome.kind, ...opens, radio.connected], ['decided', 1, 0, 1], name);
  }
});

test('over the internet: an address that cannot be reached is passed over before anything was shown', async () => {
  const server = await serve({ status: 200, body: { reason: 1 } });
  try {
    const { key } = await keyAt(['http://127.0.0.1:9', addressOf(server)]);
    const tried = await tap(key, ['internet'], {});
    assert.deepEqual([tried.outcome.kind, server.opens, tried.shown], ['decided', 1, 1]);
  } finally {
    server.close();
  }
});

test('over the internet: what was stopped while the server was asked is not sent', async () => {
  const cancel = new AbortController();
  const { outcome, opens, shown } = await overInternet({ status: 200, body: { reason: 1 } }, () => cancel.abort(), cancel);
  assert.deepEqual([outcome.kind, ...opens, shown], ['stopped', 0, 0, 0]);
});

/** Whether the phone still knows the device by which it came to the door, after one tap over Bluetooth. */
async function knowsDevice(fault: Fault, bend?: Bend, elsewhere?: Bytes, cancel = new AbortController()) {
  const { site, key } = await keyAt(['http://127.0.0.1:9']);
  const door = { ...key.card.doors[0]!, ...(elsewhere && { reader: elsewhere }) };
  const bluetooth = { getDevices: () => Promise.resolve([{ name: door.readerId }]) };
  Object.defineProperty(globalThis, 'navigator', { value: { bluetooth }, configurable: true });
  await recallHandles();
  assert.ok(holdsHandle(door.readerId));
  const { outcome } = await tap(key, ['bluetooth'], { bluetooth: new TestRadio(new TestReader(site, bend), 517, fault) }, cancel, door);
  return [outcome.kind, holdsHandle(door.readerId)] as const;
}

test('a device that is not heard, or is not the reader, is chosen anew the next time', async () => {
  assert.deepEqual(await knowsDevice({ connect: true }), ['not_heard', false]);
  assert.deepEqual(await knowsDevice({ silentAfter: 0 }), ['not_heard', false]);
  assert.deepEqual(await knowsDevice({}, { m3: (m3) => m3.with(5, m3[5]! ^ 1) as Bytes }), ['unproven', false]);
  assert.deepEqual(await knowsDevice({}, {}, SITE), ['unproven', false]);
});

test('a device that has spoken stays known, and so does one whose opening was stopped', async () => {
  assert.deepEqual(await knowsDevice({}), ['decided', true]);
  assert.deepEqual(await knowsDevice({}, { reason: 51 }), ['decided', true]);
  assert.deepEqual(await knowsDevice({ silentAfter: M4 }), ['no_answer', true]);
  const cancel = new AbortController();
  assert.deepEqual(await knowsDevice({ onWrite: () => cancel.abort() }, {}, undefined, cancel), ['not_heard', true]);
});
