import { equal, uint32, type Bytes } from '../wire/bytes.ts';
import { decompress, verify, type CompressedKey, type UncompressedKey } from '../credentials/keys.ts';

/** PKOC 2.0.1 reader certificate, 138 bytes (spec/pkoc-ble.md). */
export type Certificate = {
  readonly reader: Bytes;
  readonly site: Bytes;
  readonly notBefore: number;
  readonly notAfter: number;
  readonly key: CompressedKey;
  readonly signature: Bytes;
  readonly covered: Bytes;
};
export type CertificateProblem = 'bad_certificate' | 'certificate_expired' | 'certificate_not_yet';

const CERTIFICATE_BYTES = 138;
const SIGNED_BYTES = 74;
const VERSION = 1;
const NO_END = 0xffff_ffff;

export function readCertificate(bytes: Uint8Array): Certificate | undefined {
  if (bytes.length !== CERTIFICATE_BYTES || bytes[0] !== VERSION || decompress(bytes.subarray(41, SIGNED_BYTES)) === undefined)
    return undefined;
  const part = (from: number, to: number) => bytes.slice(from, to) as Bytes;
  return {
    reader: part(1, 17),
    site: part(17, 33),
    notBefore: uint32(bytes, 33),
    notAfter: uint32(bytes, 37),
    key: part(41, SIGNED_BYTES),
    signature: part(SIGNED_BYTES, CERTIFICATE_BYTES),
    covered: part(0, SIGNED_BYTES),
  };
}

/** The certified reader key, or why there is none (pkoc-ble, phone step 4). Run on every contact: nothing is pinned. */
export async function certifiedKey(
  bytes: Uint8Array,
  reader: Uint8Array,
  site: Uint8Array,
  siteKeys: readonly CompressedKey[],
  now: number,
): Promise<UncompressedKey | CertificateProblem> {
  const certificate = readCertificate(bytes);
  if (certificate === undefined || !equal(certificate.reader, reader) || !equal(certificate.site, site)) return 'bad_certificate';
  if (now < certificate.notBefore) return 'certificate_not_yet';
  if (certificate.notAfter !== NO_END && now > certificate.notAfter) return 'certificate_expired';
  // A certificate names no signer: during a rotation either of two site keys may have made it.
  for (const siteKey of siteKeys) {
    if (await verify(siteKey, certificate.signature, certificate.covered)) return decompress(certificate.key)!;
  }
  return 'bad_certificate';
}
