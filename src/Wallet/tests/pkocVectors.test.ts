import { test } from 'node:test';
import assert from 'node:assert/strict';
import { equal, fromHex, hex, type Bytes } from '../src/wire/bytes.ts';
import { readTlvs, TlvProblem } from '../src/wire/tlv.ts';
import { Phone, type Step } from '../src/handshake/phone.ts';
import { readRevocationList } from '../src/handshake/revocationList.ts';
import { ephemeralOf } from './keys.ts';
import { vectors } from './vectors.ts';

type Expect =
  | { send: string[] }
  | { wait: true }
  | { hint: number }
  | { failed: string }
  | { verdict: { reason: number; clock: number; unlockSeconds?: number; waitSeconds?: number } };
type Case = {
  name: string;
  held?: {
    site: string;
    siteKeys: string[];
    device: string;
    keyCreated: number;
    signature: string;
    revocationList?: string;
    presentation?: { document: string; flags: number; verifiedAt?: number; clock: number };
  };
  ephemeral: string;
  now: number;
  wanted?: string;
  steps: { receive: string; expect: Expect }[];
};
const file = vectors<{
  tlv: { name: string; message: string; expect: 'refused' | [number, string][] }[];
  phone: Case[];
  phoneFlips: { of: string; steps: number[]; expect: 'no verdict' }[];
}>('pkoc.json');

for (const { name, message, expect } of file.tlv) {
  test(`tlv: ${name}`, () => {
    if (expect === 'refused') assert.throws(() => readTlvs(fromHex(message)), TlvProblem);
    else
      assert.deepEqual(
        [...readTlvs(fromHex(message))].map(([tag, value]) => [tag, hex(value)]),
        expect,
      );
  });
}

for (const one of file.phone) {
  test(`phone: ${one.name}`, async () => {
    const phone = await phoneOf(one);
    for (const { receive, expect } of one.steps) assert.deepEqual(said(await phone.receive(fromHex(receive))), expect);
  });
}

for (const { of, steps, expect } of file.phoneFlips) {
  test(`phone: every flipped bit of ${of}: ${expect}`, async () => {
    assert.equal(expect, 'no verdict');
    const one = file.phone.find(({ name }) => name === of)!;
    for (const at of steps) {
      const original = fromHex(one.steps[at]!.receive);
      for (let bit = 0; bit < 8 * original.length; bit++) {
        const flipped = original.slice();
        flipped[bit >> 3]! ^= 1 << (bit & 7);
        const phone = await phoneOf(one);
        for (const [index, { receive }] of one.steps.entries()) {
          const step = await phone.receive(index === at ? flipped : fromHex(receive));
          assert.notEqual(step.kind, 'verdict', `step ${at}, bit ${bit}`);
        }
      }
    }
  });
}

async function phoneOf({ held, ephemeral, now, wanted }: Case): Promise<Phone> {
  const flags = held?.presentation?.flags ?? 0;
  const site = held && fromHex(held.site);
  const siteKeys = held?.siteKeys.map(fromHex) ?? [];
  const revokedReaders = held?.revocationList && (await readRevocationList(fromHex(held.revocationList), site!, siteKeys));
  return new Phone({
    ephemeral: await ephemeralOf(fromHex(ephemeral)),
    now: () => now,
    askedReader: wanted === undefined ? undefined : fromHex(wanted),
    heldFor: (id: Bytes) =>
      held !== undefined && equal(id, site!)
        ? {
            siteKeys,
            revokedReaders: revokedReaders || undefined,
            publicKey: fromHex(held.device),
            keyMade: held.keyCreated,
            sign: () => Promise.resolve(fromHex(held.signature)),
            document: held.presentation && fromHex(held.presentation.document),
          }
        : undefined,
    circumstances: { verifiedAt: held?.presentation?.verifiedAt, screenLock: (flags & 2) !== 0, oneTap: (flags & 4) !== 0 },
  });
}

function said(step: Step): Expect {
  switch (step.kind) {
    case 'write':
      return { send: step.values.map(hex) };
    case 'wait':
      return { wait: true };
    case 'hint':
      return { hint: step.status };
    case 'stop':
      return { failed: step.reason };
    case 'verdict':
      return {
        verdict: {
          reason: step.result.reason,
          clock: step.result.readerClock,
          ...(step.result.unlockSeconds !== undefined && { unlockSeconds: step.result.unlockSeconds }),
          ...(step.result.waitSeconds !== undefined && { waitSeconds: step.result.waitSeconds }),
        },
      };
  }
}
