import type { Bytes } from '../wire/bytes.ts';
import type { Cbor, CborKey } from '../wire/cbor.ts';
import { signAsDevice } from './cose.ts';
import type { CompressedKey } from './keys.ts';

/** What a device key signs besides the PKOC transcript (spec/wallet-api.md): each with a typ of its own, so none is an oracle for another. */
type Sign = (message: Bytes) => Promise<Bytes>;

export function proveRedeem(
  sign: Sign,
  redeem: { code: string; deviceKey: CompressedKey; time: number; platform: string; wallet: number },
): Promise<Bytes> {
  return signAsDevice('lk-redeem', numbered(redeem.code, redeem.deviceKey, redeem.time, redeem.platform, redeem.wallet), sign);
}

export function proveRenew(sign: Sign, renew: { site: Bytes; key: number; time: number; wallet: number }): Promise<Bytes> {
  return signAsDevice('lk-renew', numbered(renew.site, renew.key, renew.time, renew.wallet), sign);
}

export function proveOpen(
  sign: Sign,
  open: { site: Bytes; reader: Bytes; nonce: Bytes; time: number; flags: number; verifiedAt: number | undefined },
): Promise<Bytes> {
  return signAsDevice('lk-open', numbered(open.site, open.reader, open.nonce, open.time, open.flags, open.verifiedAt), sign);
}

/** Payload keys count from 1; what is undefined stays out. */
function numbered(...values: readonly (Cbor | undefined)[]): ReadonlyMap<CborKey, Cbor> {
  const entries = values.map((value, index) => [index + 1, value] as const);
  return new Map(entries.filter((entry): entry is readonly [number, Cbor] => entry[1] !== undefined));
}
