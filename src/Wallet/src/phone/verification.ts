import type { Bytes } from '../wire/bytes.ts';
import { readAll, writeSetting } from '../keep/database.ts';

/**
 * The phone's own screen lock, asked through a platform credential that never leaves the phone and is known to no server. It
 * tells the wallet that the person unlocked the phone just now; for the reader it is the wallet's word.
 */
const USER_VERIFIED = 0x04;
const FLAGS_AT = 32;
const ASK_MS = 30_000;

/** Doors take an unlocking of the last two minutes. */
export const FRESH_SECONDS = 120;

export async function hasScreenLock(): Promise<boolean> {
  if (!('PublicKeyCredential' in globalThis)) return false;
  return PublicKeyCredential.isUserVerifyingPlatformAuthenticatorAvailable().catch(() => false);
}

/** True when the person has just unlocked the phone; false when not, or when there is no lock. */
export async function verifyPerson(): Promise<boolean> {
  try {
    const { verification } = (await readAll()).settings;
    return verification === undefined ? await enrol() : await ask(verification);
  } catch {
    return false;
  }
}

async function enrol(): Promise<boolean> {
  const credential = (await navigator.credentials.create({
    publicKey: {
      rp: { name: 'Latchkey' },
      user: { id: random(), name: 'Latchkey', displayName: 'Latchkey' },
      challenge: random(),
      pubKeyCredParams: [
        { type: 'public-key', alg: -7 },
        { type: 'public-key', alg: -257 },
      ],
      authenticatorSelection: { authenticatorAttachment: 'platform', userVerification: 'required', residentKey: 'discouraged' },
      timeout: ASK_MS,
    },
  })) as PublicKeyCredential | null;
  if (credential === null) return false;
  await writeSetting('verification', new Uint8Array(credential.rawId));
  const response = credential.response as Partial<AuthenticatorAttestationResponse>;
  // Older browsers don't hand the data out; they made the credential only because the person was verified, as was demanded.
  return response.getAuthenticatorData === undefined || verified(response.getAuthenticatorData());
}

async function ask(id: Bytes): Promise<boolean> {
  const credential = (await navigator.credentials.get({
    publicKey: {
      challenge: random(),
      allowCredentials: [{ type: 'public-key', id }],
      userVerification: 'required',
      timeout: ASK_MS,
    },
  })) as PublicKeyCredential | null;
  return credential !== null && verified((credential.response as AuthenticatorAssertionResponse).authenticatorData);
}

function verified(authenticatorData: ArrayBuffer): boolean {
  return (new Uint8Array(authenticatorData)[FLAGS_AT]! & USER_VERIFIED) !== 0;
}

function random(): Bytes {
  return crypto.getRandomValues(new Uint8Array(32));
}
