import { test } from 'node:test';
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { base64url, equal, fromHex, hex, type Bytes } from '../src/wire/bytes.ts';
import { read, Tagged, type Cbor, type CborKey } from '../src/wire/cbor.ts';
import { readSign1, verifySign1 } from '../src/credentials/cose.ts';
import { compress, makeDeviceKey, sign, type DeviceKey } from '../src/credentials/keys.ts';
import { proveOpen, proveRedeem, proveRenew } from '../src/credentials/proofs.ts';
import { firstGrant, heldFor, nextGrant, readKey, type Key } from '../src/keep/key.ts';
import { look, Problem, renew, type Grant } from '../src/server/calls.ts';
import { cardFor, documentFor, makeSite, NOW, READER, revokedFor, SITE, type Site } from './reader.ts';

async function grantFor(
  site: Site,
  device: DeviceKey,
  change: { card?: Parameters<typeof cardFor>[1]; document?: Parameters<typeof documentFor>[2]; key?: number } = {},
): Promise<Grant> {
  return {
    site: SITE,
    key: change.key ?? 3,
    document: await documentFor(site, device, change.document),
    siteCard: await cardFor(site, change.card),
    statusLists: [],
    now: NOW,
  };
}

async function activated(): Promise<{ site: Site; device: DeviceKey; key: Key }> {
  const site = await makeSite();
  const device = await makeDeviceKey();
  const record = await firstGrant(
    { ...device, keyMade: NOW },
    await grantFor(site, device, { card: [[6, await revokedFor(site, [READER], 100)]] }),
    'https://keys.example.com',
  );
  return { site, device, key: readKey(record!)! };
}

test('a first grant is kept with card, document and revoked readers; the machine finds it by its site alone', async () => {
  const { key, device } = await activated();
  assert.equal(key.card.customer, 'Alfa Reality');
  assert.equal(key.document.userId, 17);
  assert.deepEqual([...key.revokedReaders!.readers], [hex(READER)]);
  const held = heldFor([key])(SITE)!;
  assert.deepEqual(held.publicKey, device.publicKey);
  assert.equal(heldFor([key])(READER), undefined);
});

test('a first grant is refused when it is for another phone, another number, or contradicts itself', async () => {
  const site = await makeSite();
  const device = await makeDeviceKey();
  const stranger = await makeDeviceKey();
  const made = { ...device, keyMade: NOW };
  const origin = 'https://keys.example.com';
  assert.equal(await firstGrant(made, await grantFor(site, stranger), origin), undefined);
  assert.equal(await firstGrant(made, await grantFor(site, device, { key: 4 }), origin), undefined);
  assert.equal(await firstGrant(made, { ...(await grantFor(site, device)), site: READER }, origin), undefined);
  assert.equal(await firstGrant(made, await grantFor(site, device, { document: [[-3, READER]] }), origin), undefined);
  assert.equal(await firstGrant(made, { ...(await grantFor(site, device)), siteCard: new Uint8Array(3) }, origin), undefined);
  assert.notEqual(await firstGrant(made, await grantFor(site, device), origin), undefined);
});

test('a later card counts only under a stored site key; the document is taken all the same', async () => {
  const { site, device, key } = await activated();
  const stranger = await makeSite('stranger');
  const document = await documentFor(site, device, [[-2, 8]]);
  const foreign = await nextGrant(key, {
    site: SITE,
    key: 3,
    document,
    siteCard: await cardFor(stranger, [
      [2, NOW + 5],
      [3, 'Fake'],
    ]),
    statusLists: [],
    now: NOW,
  });
  assert.equal(readKey(foreign!)!.card.customer, 'Alfa Reality');
  assert.equal(readKey(foreign!)!.document.serial, 8);
  const own = await nextGrant(key, {
    site: SITE,
    key: 3,
    document,
    siteCard: await cardFor(site, [
      [2, NOW + 5],
      [3, 'Alfa Reality II'],
    ]),
    statusLists: [],
    now: NOW,
  });
  assert.equal(readKey(own!)!.card.customer, 'Alfa Reality II');
  const older = await nextGrant(readKey(own!)!, {
    site: SITE,
    key: 3,
    document,
    siteCard: await cardFor(site, [[2, NOW + 4]]),
    statusLists: [],
    now: NOW,
  });
  assert.equal(readKey(older!)!.card.customer, 'Alfa Reality II');
});

test('the list of revoked readers never goes back', async () => {
  const { site, device, key } = await activated();
  const next = await nextGrant(key, await grantFor(site, device, { card: [[6, await revokedFor(site, [], 99)]] }));
  assert.equal(readKey(next!)!.revokedReaders!.readers.size, 1);
  const newer = await nextGrant(key, await grantFor(site, device, { card: [[6, await revokedFor(site, [], 101)]] }));
  assert.equal(readKey(newer!)!.revokedReaders!.readers.size, 0);
  const none = await nextGrant(key, await grantFor(site, device));
  assert.equal(readKey(none!)!.revokedReaders!.readers.size, 1);
});

test('status lists come with a grant and stay with the key; each renewal brings the newest', async () => {
  const site = await makeSite();
  const device = await makeDeviceKey();
  const grant = await grantFor(site, device);
  const lists = [Uint8Array.of(1, 2), Uint8Array.of(3)];
  const first = await firstGrant({ ...device, keyMade: NOW }, { ...grant, statusLists: lists }, 'https://keys.example.com');
  assert.deepEqual(first!.statusLists, lists);
  const next = await nextGrant(readKey(first!)!, { ...grant, statusLists: [Uint8Array.of(4)] });
  assert.deepEqual(next!.statusLists, [Uint8Array.of(4)]);
});

test('proofs carry their own type and verify with the device key only', async () => {
  const device = await makeDeviceKey();
  const signer = (message: Bytes) => sign(device.signer, message);
  const redeem = await proveRedeem(signer, {
    code: 'KJT3M0H32NT7N5K2JG7RT4M8',
    deviceKey: compress(device.publicKey),
    time: NOW,
    platform: 'Pixel 8',
    wallet: 1,
  });
  const signed = readSign1(redeem, 'lk-redeem', 'device')!;
  assert.equal(await verifySign1(signed, compress(device.publicKey)), true);
  assert.equal(await verifySign1(signed, compress((await makeDeviceKey()).publicKey)), false);
  assert.equal(readSign1(redeem, 'lk-renew', 'device'), undefined);
  assert.deepEqual([...(read(signed.payload) as ReadonlyMap<CborKey, Cbor>).keys()], [1, 2, 3, 4, 5]);

  const fields = async (proof: Promise<Bytes>) => [
    ...(read(((read(await proof) as Tagged).value as readonly Bytes[])[2]!) as ReadonlyMap<CborKey, Cbor>),
  ];
  assert.deepEqual(await fields(proveRenew(signer, { site: SITE, key: 3, time: NOW, wallet: 1 })), [
    [1, SITE],
    [2, 3],
    [3, NOW],
    [4, 1],
  ]);
  const nonce = fromHex('00'.repeat(16));
  const open = { site: SITE, reader: READER, nonce, time: NOW, flags: 2 };
  assert.deepEqual(await fields(proveOpen(signer, { ...open, verifiedAt: undefined })), [
    [1, SITE],
    [2, READER],
    [3, nonce],
    [4, NOW],
    [5, 2],
  ]);
  assert.deepEqual((await fields(proveOpen(signer, { ...open, verifiedAt: NOW - 1 }))).at(-1), [6, NOW - 1]);
});

test('calls: answers are read strictly, refusals come by name, everything else is “unreachable”', async () => {
  let answer = { status: 200, body: '' };
  const asked: { url: string; body: string; cookie: string | undefined }[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (part) => {
      body += part;
    });
    request.on('end', () => {
      asked.push({ url: request.url!, body, cookie: request.headers.cookie });
      response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  try {
    const refusal = async (status: number, body: string, call: () => Promise<unknown> = () => look(address, 'CODE')) => {
      answer = { status, body };
      const problem = await call().then(
        () => undefined,
        (caught: unknown) => caught,
      );
      assert.ok(problem instanceof Problem, body);
      return problem;
    };
    answer = {
      status: 200,
      body: JSON.stringify({
        customer: 'Alfa Reality',
        keyName: 'Residents',
        name: 'Jana',
        site: base64url(SITE),
        userId: 17,
        codeEnds: 5,
        demo: false,
        validFrom: null,
      }),
    };
    assert.deepEqual(await look(address, 'CODE'), {
      customer: 'Alfa Reality',
      keyName: 'Residents',
      name: 'Jana',
      site: SITE,
      userId: 17,
      codeEnds: 5,
      demo: false,
      validFrom: undefined,
      validUntil: undefined,
    });
    assert.deepEqual(asked.at(-1), { url: '/api/v1/wallet/look', body: '{"code":"CODE"}', cookie: undefined });

    const used = await refusal(409, JSON.stringify({ type: '/problems/code-used', at: 77, customer: 'Alfa Reality' }));
    assert.deepEqual([used.problem, used.number('at'), used.text('customer')], ['code-used', 77, 'Alfa Reality']);
    for (const body of ['', 'null', '[]', '<html>', '{"customer":1}', '{"customer":"a","keyName":"b","name":"c"}'])
      assert.equal((await refusal(200, body)).problem, 'unreachable');
    for (const body of ['', '{"type":"about:blank"}', '{"type":"https://elsewhere.example/problems/code-used"}'])
      assert.equal((await refusal(500, body)).problem, 'unreachable');
    const grant = { site: base64url(SITE), key: 3, document: 'AA', siteCard: 'AA==', statusLists: [], now: 5 };
    assert.equal((await refusal(200, JSON.stringify(grant), () => renew(address, SITE))).problem, 'unreachable');
    const lists = (statusLists: unknown) => JSON.stringify({ ...grant, siteCard: 'AQ', statusLists });
    assert.equal((await refusal(200, lists(['AQ', 'A']), () => renew(address, SITE))).problem, 'unreachable');
    answer = { status: 200, body: lists(['AQ', 'Ag']) };
    assert.deepEqual((await renew(address, SITE)).statusLists, [Uint8Array.of(1), Uint8Array.of(2)]);
    answer = { status: 200, body: JSON.stringify({ ...grant, siteCard: 'AQ' }) };
    assert.ok(equal((await renew(address, SITE)).siteCard, Uint8Array.of(1)));
  } finally {
    server.close();
  }
  assert.equal(((await look(address, 'CODE').catch((caught: unknown) => caught)) as Problem).problem, 'unreachable');
});
