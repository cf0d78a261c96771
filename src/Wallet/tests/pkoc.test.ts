import { test } from 'node:test';
import assert from 'node:assert/strict';
import { concat, fromHex, hex, sha256, uint32Bytes } from '../src/wire/bytes.ts';
import { compress, decompress } from '../src/credentials/keys.ts';
import { openCcm, sealCcm } from '../src/handshake/ccm.ts';
import { certifiedKey } from '../src/handshake/certificate.ts';
import { readRevocationList } from '../src/handshake/revocationList.ts';
import { writeTlvs } from '../src/wire/tlv.ts';
import { ephemeralOf, deviceKeyFrom, scalarOf } from './keys.ts';

/** The known answers for PKOC: scalars are SHA-256 of a label. */
const site = fromHex('00112233445566778899AABBCCDDEEFF');
const reader = fromHex('0F0E0D0C0B0A09080706050403020100');
const siteKey = compress(
  fromHex(
    '040D53F7F3D6892EA15888707CB6E9A9EF6862895805A53E2EA55136DCA0A659AEFECB604975C6F6B6E4C9979EF2C1BFDC8D8926CCF293ECC810AAFB8A0DBAC7FF',
  ),
);
const certificate = fromHex(
  '010F0E0D0C0B0A0908070605040302010000112233445566778899AABBCCDDEEFF6955B9006B36EC8003AA0BBFDFBC6FB4BBA2035B426B1E6FBD0290E85422E7B5C9C7E6EF1EA589C57177C5A1F3264291302E59E7F119CA9DC0B2DB5B08B7634A4547DF22DF66374F1F1D5FE4CAAF482F29C091F1C8477EC8A53D8B47BE4F2F7686539256A1ACF7BDC4',
);
const list = fromHex(
  '0100112233445566778899AABBCCDDEEFF6B0527E000010F0E0D0C0B0A090807060504030201006B0523F8B4CFAA004D012C5E0A92FE1230ADA0E4CA27A1BF91811F73D86855FEA08D34D5D24AFC527ED36139F3303FDA6E27DAF1AA8F7923980ADE4ACBBEC1A84953DED4',
);
const inYear = 0x69a00000;

test('the shared secret, transcript and M4 are the known ones, in both length forms', async () => {
  const readerPair = await ephemeralOf(scalarOf('pkoc-test reader-ephemeral'));
  const phone = await ephemeralOf(scalarOf('pkoc-test device-ephemeral'));
  const device = await deviceKeyFrom(scalarOf('pkoc-test device-longterm'));
  assert.equal(hex(compress(readerPair.publicKey)), '02990f68b057a1b514bba052143f2212ceac834eed57043e7da9ef59e281c08981');
  const secret = await phone.agree(readerPair.publicKey);
  assert.equal(hex(secret), '8bf5a9f5d58d884cdc32d432b154e97854903c6fcfe0579b4e4c9a8724c38b80');
  const key = await sha256(secret);
  assert.equal(hex(key), 'aa5e36f270eccdad24396643db0de182f086515b4338a8a091c93214e2f8615d');
  const transcript = concat(site, reader, phone.publicKey.subarray(1, 33), readerPair.publicKey.subarray(1, 33));
  assert.equal(hex(await sha256(transcript)), '4e58220d81603419eb220a9701ae9c8db7683bfc1af660de5f20e8f2ee029400');

  const identity = writeTlvs(
    [
      [0x01, device.publicKey],
      [0x03, Uint8Array.from({ length: 64 }, (_, index) => index)],
      [0x09, uint32Bytes(0x66000000)],
      [0x0c, Uint8Array.of(3, 0, 0, 0, 1)],
    ],
    'long',
  );
  const nonce = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1);
  const sealed = await sealCcm(key, nonce, identity);
  assert.deepEqual(await openCcm(key, nonce, sealed), identity);
  const m4 = (form: 'short' | 'long') => writeTlvs([[0x40, sealed]], form);
  assert.equal(hex(await sha256(m4('short'))), '6c2888250f774781cac076e8534660d405bcbe002d86b40a8b8b1e3b813bc0cd');
  assert.equal(hex(await sha256(m4('long'))), 'fba6fef20eec2b90825f12368d4e2bff02f96291b94b470f534e869be0a22819');
});

test('CCM refuses every flipped bit', async () => {
  const key = new Uint8Array(32).fill(7);
  const nonce = new Uint8Array(12).fill(9);
  for (const length of [0, 1, 15, 16, 17, 146]) {
    const sealed = await sealCcm(key, nonce, new Uint8Array(length).fill(length));
    assert.equal(sealed.length, length + 16);
    for (let bit = 0; bit < 8 * sealed.length; bit += 5) {
      const flipped = sealed.slice();
      flipped[bit >> 3]! ^= 1 << (bit & 7);
      assert.equal(await openCcm(key, nonce, flipped), undefined);
    }
  }
});

test('the known certificate certifies its reader, inside its year only', async () => {
  const check = (bytes = certificate, now = inYear, who = reader, where = site) =>
    certifiedKey(bytes, who, where, [siteKey], now);
  assert.equal((await check()).length, 65);
  assert.equal(await check(certificate, 0x6955b8ff), 'certificate_not_yet');
  assert.equal(typeof (await check(certificate, 0x6b36ec80)), 'object');
  assert.equal(await check(certificate, 0x6b36ec81), 'certificate_expired');
  assert.equal(await check(certificate, inYear, site), 'bad_certificate');
  assert.equal(await check(certificate, inYear, reader, reader), 'bad_certificate');
  assert.equal(await check(certificate.slice(0, 137)), 'bad_certificate');
  for (let at = 0; at < certificate.length; at++) {
    const flipped = certificate.slice();
    flipped[at]! ^= 0x10;
    assert.equal(typeof (await check(flipped)), 'string', `byte ${at}`);
  }
});

test('the known revocation list names its reader; any other length, version, site or bit is refused', async () => {
  const read = await readRevocationList(list, site, [siteKey]);
  assert.deepEqual([...read!.readers], [hex(reader)]);
  assert.equal(read!.issued, 0x6b0527e0);
  assert.equal(await readRevocationList(concat(list, Uint8Array.of(0)), site, [siteKey]), undefined);
  assert.equal(await readRevocationList(list, reader, [siteKey]), undefined);
  for (let at = 0; at < list.length; at++) {
    const flipped = list.slice();
    flipped[at]! ^= 1;
    assert.equal(await readRevocationList(flipped, site, [siteKey]), undefined, `byte ${at}`);
  }
});

test('compressed points: round trip, and nothing off the curve', async () => {
  for (const label of ['a', 'b', 'c', 'd', 'e']) {
    const { publicKey } = await deviceKeyFrom(scalarOf(label));
    assert.deepEqual(decompress(compress(publicKey)), publicKey);
  }
  const x = (value: string) => decompress(fromHex('02' + value));
  assert.equal(x('0'.repeat(63) + '1'), undefined); // no root
  assert.equal(x('ffffffff00000001000000000000000000000000ffffffffffffffffffffffff'), undefined); // not below the prime
  assert.equal(
    decompress(concat(Uint8Array.of(4), compress((await deviceKeyFrom(scalarOf('a'))).publicKey).slice(1))),
    undefined,
  );
});
