import { test } from 'node:test';
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { App } from '../src/app.ts';
import { setOffset } from '../src/clock.ts';
import { readSign1, verifySign1 } from '../src/credentials/cose.ts';
import { compress, decompress, sign, verify, type CompressedKey } from '../src/credentials/keys.ts';
import { activateKey, isUnderWay } from '../src/keep/activation.ts';
import { heldKeys, pendingKeys } from '../src/keep/database.ts';
import { arrival } from '../src/screens/arrival.ts';
import { Problem } from '../src/server/calls.ts';
import { base64url, equal, fromBase64url, hex, type Bytes } from '../src/wire/bytes.ts';
import { read, type Cbor, type CborKey } from '../src/wire/cbor.ts';
import { cardFor, documentFor, makeSite, NOW, SITE } from './reader.ts';
import { closeTab, TestStore } from './store.ts';

const CODE = 'KJT3M0H32NT7N5K2JG7RT4M8';

/** The server's side of spec/wallet-api.md, "Activate": a code is spent by the first device key, and answers that same key again. */
async function serve(): Promise<{
  origin: string;
  /** Device keys of the redeems, as they came. */
  asked: string[];
  /** The next answers to a redeem are lost on their way, the spending is not. */
  loseNext: number;
  close(): void;
}> {
  const site = await makeSite();
  let spentBy: Bytes | undefined;
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
        if (spentBy !== undefined) return used();
        return say(200, { customer: 'Alfa Reality', keyName: 'Residents', name: 'Jana', codeEnds: NOW, demo: false });
      }
      const signed = readSign1(fromBase64url(asked.proof!), 'lk-redeem', 'device')!;
      const device = (read(signed.payload) as ReadonlyMap<CborKey, Cbor>).get(2) as CompressedKey;
      assert.ok(await verifySign1(signed, device));
      server.asked.push(hex(device));
      spentBy ??= device;
      if (!equal(spentBy, device)) return used();
      if (server.loseNext > 0) {
        server.loseNext--;
        return request.socket.destroy();
      }
      const grant = {
        site: base64url(SITE),
        key: 3,
        document: base64url(await documentFor(site, { publicKey: decompress(device)! } as never)),
        siteCard: base64url(await cardFor(site, [[9, [server.origin]]])),
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
    assert.equal((await refusal(activateKey(CODE, server.origin))).problem, 'unreachable');
    assert.deepEqual([store.rows('keys').length, store.rows('pending').length], [0, 1]);
    assert.equal(first.keys.length, 0);

    // The tab is closed; the link is opened once more, and the network is still bad.
    closeTab();
    assert.equal(await isUnderWay(CODE), true);
    assert.equal((await refusal(arrival(await openWallet(store, server.origin), CODE))).problem, 'unreachable');

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
  assert.equal((await refusal(activateKey(CODE, 'http://127.0.0.1:9'))).problem, 'unreachable');
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
    await activateKey(CODE, server.origin);
    await first.reload();

    const second = await openWallet(other, server.origin);
    const seen = await refusal(arrival(second, CODE));
    assert.deepEqual([seen.problem, seen.number('at'), seen.text('customer')], ['code-used', NOW, 'Alfa Reality']);
    assert.equal(server.asked.length, 1, 'a phone that never redeemed does not try');

    // It had looked before the first one redeemed, and taps Activate now.
    assert.equal((await refusal(activateKey(CODE, server.origin))).problem, 'code-used');
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
