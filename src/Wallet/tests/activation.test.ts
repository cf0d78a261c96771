import { test } from 'node:test';
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { App } from '../src/app.ts';
import { setOffset } from '../src/clock.ts';
import { readSign1, verifySign1 } from '../src/credentials/cose.ts';
import { compress, decompress, sign, verify, type CompressedKey } from '../src/credentials/keys.ts';
import { activateKey, underWay } from '../src/keep/activation.ts';
import { heldKeys, pendingKeys } from '../src/keep/database.ts';
import { arrival } from '../src/screens/arrival.ts';
import { Problem, type Look } from '../src/server/calls.ts';
import { base64url, equal, fromBase64url, hex, type Bytes } from '../src/wire/bytes.ts';
import { read, type Cbor, type CborKey } from '../src/wire/cbor.ts';
import { cardFor, documentFor, makeSite, NOW, SITE } from './reader.ts';
import { closeTab, TestStore } from './store.ts';

/** Three codes of one site: Jana's, her next one, and Petr's. */
const CODE = 'KJT3M0H32NT7N5K2JG7RT4M8';
const NEXT = 'NEXT';
const PETRS = 'PETR';
const PEOPLE: Readonly<Record<string, { readonly userId: number; readonly name: string; readonly key: number }>> = {
  [CODE]: { userId: 17, name: 'Jana', key: 3 },
  [NEXT]: { userId: 17, name: 'Jana', key: 4 },
  [PETRS]: { userId: 18, name: 'Petr', key: 5 },
};

function lookOf(code: string): Look {
  const { userId, name } = PEOPLE[code]!;
  const validity = { validFrom: undefined, validUntil: undefined, codeEnds: NOW };
  return { customer: 'Alfa Reality', keyName: 'Residents', name, site: SITE, userId, ...validity, demo: false };
}

/** The server's side of spec/wallet-api.md, "Activate": a code is spent by the first device key, and answers that same key again. */
async function serve(): Promise<{
  origin: string;
  /** Device keys of the redeems, as they came. */
  asked: string[];
  /** The next answers to a redeem are lost on their way, the spending is not. */
  loseNext: number;
  /** Nobody answers a look. */
  silent: boolean;
  /** Redeems wait for this. */
  hold: Promise<void> | undefined;
  close(): void;
}> {
  const site = await makeSite();
  const spentBy = new Map<string, Bytes>();
  const listener = createServer((request, response) => {
    let body = '';
    request.on('data', (part) => {
      body += part;
    });
    request.on('end', async () => {
      const say = (status: number, answer: object) =>
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
      const used = () => say(409, { type: '/problems/code-used', at: NOW, customer: 'Alfa Reality' });
      const asked = JSON.parse(body) as { code?: string; proof?: string };
      if (request.url!.endsWith('/look')) {
        if (server.silent) return request.socket.destroy();
        if (spentBy.has(asked.code!)) return used();
        return say(200, { ...lookOf(asked.code!), site: base64url(SITE) });
      }
      const signed = readSign1(fromBase64url(asked.proof!), 'lk-redeem', 'device')!;
      const redeem = read(signed.payload) as ReadonlyMap<CborKey, Cbor>;
      const [code, device] = [redeem.get(1) as string, redeem.get(2) as CompressedKey];
      assert.ok(await verifySign1(signed, device));
      server.asked.push(hex(device));
      await server.hold;
      if (!spentBy.has(code)) spentBy.set(code, device);
      if (!equal(spentBy.get(code)!, device)) return used();
      if (server.loseNext > 0) {
        server.loseNext--;
        return request.socket.destroy();
      }
      const { userId, name, key } = PEOPLE[code]!;
      const facts: [CborKey, Cbor][] = [[1, 'Residents'], [2, userId], [4, name], [5, key], [8, 43_200], [9, 'Active']];
      const publicKey = decompress(device)!;
      const grant = {
        site: base64url(SITE),
        key,
        document: base64url(await documentFor(site, { publicKey } as never, [[-4, key], [-5, userId]])),
        siteCard: base64url(await cardFor(site, [[9, [server.origin]], [10, new Map(facts)]])),
        statusLists: [],
        now: NOW,
      };
      say(200, grant);
    });
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const server = {
    origin: `http://127.0.0.1:${(listener.address() as AddressInfo).port}`,
    asked: [] as string[],
    loseNext: 0,
    silent: false,
    hold: undefined as Promise<void> | undefined,
    close: () => listener.close(),
  };
  return server;
}

/** A wallet freshly opened at the server's origin, on the phone of this store. */
async function openWallet(store: TestStore, origin: string): Promise<App> {
  store.install();
  Object.defineProperty(globalThis, 'location', { value: { origin }, configurable: true });
  Object.defineProperty(globalThis, 'navigator', { value: { userAgent: 'Android', onLine: true }, configurable: true });
  setOffset(NOW - Math.floor(Date.now() / 1000));
  const app = new App(
    () => assert.fail('nothing is drawn here'),
    () => assert.fail('nothing is drawn here'),
  );
  await app.reload();
  return app;
}

const refusal = (act: Promise<unknown>) =>
  act.then(
    () => assert.fail('it was granted'),
    (caught: unknown) => {
      assert.ok(caught instanceof Problem);
      return caught;
    },
  );

test('an activation whose answer was lost is taken up again with the same key, and ends in a working one', async () => {
  const server = await serve();
  const store = new TestStore();
  try {
    const first = await openWallet(store, server.origin);
    server.loseNext = 2;
    assert.equal((await refusal(activateKey(CODE, server.origin, lookOf(CODE)))).problem, 'no-answer');
    assert.deepEqual([store.rows('keys').length, store.rows('pending').length], [0, 1]);
    assert.equal(first.keys.length, 0);

    // The tab is closed; the link is opened once more, and the network is still bad.
    closeTab();
    assert.deepEqual(await underWay(CODE), lookOf(CODE));
    assert.equal((await refusal(arrival(await openWallet(store, server.origin), CODE))).problem, 'no-answer');

    closeTab();
    const app = await openWallet(store, server.origin);
    assert.equal(await arrival(app, CODE), 'home');
    assert.equal(server.asked.length, 3);
    assert.equal(new Set(server.asked).size, 1);

    const [key] = app.keys;
    assert.equal(app.settingsKept.lastSite, key!.record.id);
    assert.equal(hex(compress(key!.record.publicKey)), server.asked[0]);
    assert.equal(hex(key!.document.deviceKey), server.asked[0]);
    const message = new Uint8Array(32);
    assert.ok(await verify(key!.record.publicKey, await sign(key!.record.signer, message), message));
    assert.equal(key!.record.signer.extractable, false);
    assert.equal(store.rows('pending').length, 0);

    // The link once more: this phone has its key, and nobody is asked.
    assert.equal(await arrival(app, CODE), 'home');
    assert.equal(server.asked.length, 3);
  } finally {
    server.close();
  }
});

test('the key is in the store before the code leaves the phone', async () => {
  const store = new TestStore();
  await openWallet(store, 'http://127.0.0.1:9');
  assert.equal((await refusal(activateKey(CODE, 'http://127.0.0.1:9', lookOf(CODE)))).problem, 'no-answer');
  assert.deepEqual([store.rows('keys').length, store.rows('pending').length], [0, 1]);
  const [pending] = store.rows('pending') as { id: string }[];
  assert.ok(!JSON.stringify(pending).includes(CODE), 'the code itself is not kept');
  assert.equal((await pendingKeys.get(pending!.id))!.signer.extractable, false);
});

test('a second phone hears that the code was used, when, and whom to ask; it gets no key, the first keeps its own', async () => {
  const server = await serve();
  const [mine, other] = [new TestStore(), new TestStore()];
  try {
    const first = await openWallet(mine, server.origin);
    await activateKey(CODE, server.origin, lookOf(CODE));
    await first.reload();

    const second = await openWallet(other, server.origin);
    const seen = await refusal(arrival(second, CODE));
    assert.deepEqual([seen.problem, seen.number('at'), seen.text('customer')], ['code-used', NOW, 'Alfa Reality']);
    assert.equal(server.asked.length, 1, 'a phone that never redeemed does not try');

    // It had looked before the first one redeemed, and taps Activate now.
    assert.equal((await refusal(activateKey(CODE, server.origin, lookOf(CODE)))).problem, 'code-used');
    // Its link once more: still the clear answer, not a key.
    assert.equal((await refusal(arrival(second, CODE))).problem, 'code-used');
    await second.reload();
    assert.equal(second.keys.length, 0);
    assert.equal(new Set(server.asked).size, 2);

    mine.install();
    assert.equal((await heldKeys.all()).length, 1);
  } finally {
    server.close();
  }
});

/** What is held, and by whom; with the private halves' doing, which is what must not be lost. */
async function heldBy(app: App): Promise<readonly (readonly [string, number])[]> {
  await app.reload();
  const message = new Uint8Array(32);
  for (const { record } of app.keys) assert.ok(await verify(record.publicKey, await sign(record.signer, message), message));
  return app.keys.map(({ card, document }) => [card.key.holder, document.key] as const);
}

async function withServer(act: (server: Awaited<ReturnType<typeof serve>>, app: App, store: TestStore) => Promise<void>): Promise<void> {
  const server = await serve();
  try {
    const store = new TestStore();
    await act(server, await openWallet(store, server.origin), store);
  } finally {
    server.close();
  }
}

test('somebody else’s key does not go unasked, and no code is spent; once agreed, it goes', () =>
  withServer(async (server, app) => {
    await activateKey(CODE, server.origin, lookOf(CODE));
    assert.equal(await activateKey(PETRS, server.origin, lookOf(PETRS)), undefined);
    assert.deepEqual(await heldBy(app), [['Jana', 3]]);
    assert.equal(server.asked.length, 1, 'nothing was sent');

    await activateKey(PETRS, server.origin, lookOf(PETRS), app.keys[0]);
    assert.deepEqual(await heldBy(app), [['Petr', 5]]);
  }));

test('what was agreed counts for that key alone', () =>
  withServer(async (server, app) => {
    await activateKey(CODE, server.origin, lookOf(CODE));
    await app.reload();
    const [told] = app.keys;
    await activateKey(NEXT, server.origin, lookOf(NEXT));
    assert.equal(await activateKey(PETRS, server.origin, lookOf(PETRS), told), undefined);
    assert.deepEqual(await heldBy(app), [['Jana', 4]]);
  }));

test('a person’s next key takes the last one’s place without a question, and anybody’s that of one that has ended', () =>
  withServer(async (server, app) => {
    const { id } = (await activateKey(CODE, server.origin, lookOf(CODE)))!;
    await activateKey(NEXT, server.origin, lookOf(NEXT));
    assert.deepEqual(await heldBy(app), [['Jana', 4]]);
    await heldKeys.change(id, (kept) => ({ ...kept, standing: 'ended' }));
    await activateKey(PETRS, server.origin, lookOf(PETRS));
    assert.deepEqual(await heldBy(app), [['Petr', 5]]);
  }));

test('two people’s codes at the same moment in two tabs: the first key stays, the other waits until it was asked', () =>
  withServer(async (server, app, store) => {
    let letGo!: () => void;
    server.hold = new Promise((resolve) => (letGo = resolve));
    const both = [activateKey(CODE, server.origin, lookOf(CODE)), activateKey(PETRS, server.origin, lookOf(PETRS))];
    while (server.asked.length < 2) await new Promise((resolve) => setTimeout(resolve, 1));
    letGo();
    const [stays] = (await Promise.all(both)).filter((record) => record !== undefined);
    const [[holder]] = (await heldBy(app)) as [[string, number]];
    assert.equal(hex(app.keys[0]!.record.publicKey), hex(stays!.publicKey));
    assert.equal(store.rows('pending').length, 1);

    // The other's link once more: that code is spent by this phone, and its key is to be had, after the question.
    const other = holder === 'Jana' ? PETRS : CODE;
    const screen = await arrival(app, other);
    assert.notEqual(screen, 'home');
    assert.deepEqual(await heldBy(app), [[holder, PEOPLE[holder === 'Jana' ? CODE : PETRS]!.key]]);
    await activateKey(other, server.origin, lookOf(other), app.keys[0]);
    assert.deepEqual(await heldBy(app), [[PEOPLE[other]!.name, PEOPLE[other]!.key]]);
    assert.equal(store.rows('pending').length, 0);
  }));

test('one link in two tabs: both end at the one key, whether they meet or come one after the other', () =>
  withServer(async (server, first, store) => {
    const second = await openWallet(store, server.origin);
    const [mine, again] = await Promise.all([
      activateKey(CODE, server.origin, lookOf(CODE)),
      activateKey(CODE, server.origin, lookOf(CODE)),
    ]);
    assert.equal(hex(mine!.publicKey), hex(again!.publicKey));
    assert.equal(new Set(server.asked).size, 1);

    // A third tab that looked before all this, and taps now: nobody is asked, the key is here.
    const asked = server.asked.length;
    assert.equal(hex((await activateKey(CODE, server.origin, lookOf(CODE)))!.publicKey), hex(mine!.publicKey));
    assert.equal(server.asked.length, asked);
    // And one that has the link opened, with what it read at its start.
    assert.equal(second.keys.length, 0);
    assert.equal(await arrival(second, CODE), 'home');
    assert.equal(server.asked.length, asked);
    assert.deepEqual(await heldBy(first), [['Jana', 3]]);
    assert.equal(store.rows('pending').length, 0);
  }));

test('two tabs with one code whose first answers are lost: the code is not', () =>
  withServer(async (server, app) => {
    server.loseNext = 4;
    const lost = await Promise.all([1, 2].map(() => refusal(activateKey(CODE, server.origin, lookOf(CODE)))));
    assert.deepEqual(lost.map(({ problem }) => problem), ['no-answer', 'no-answer']);
    server.loseNext = 0;
    assert.equal(await arrival(app, CODE), 'home');
    assert.equal(new Set(server.asked).size, 1);
    assert.deepEqual(await heldBy(app), [['Jana', 3]]);
  }));

test('a server that cannot be asked is no reason to say that a code is unused which was sent before', () =>
  withServer(async (server, app) => {
    server.silent = true;
    assert.equal((await refusal(arrival(app, CODE))).problem, 'unreachable');
    server.loseNext = 2;
    await refusal(activateKey(CODE, server.origin, lookOf(CODE)));
    assert.equal((await refusal(arrival(app, CODE))).problem, 'no-answer');
  }));
