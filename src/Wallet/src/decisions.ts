/** Reasons of spec/decision.md by number, with the class that decides colour, pattern and the first thing to do. */
export const REASONS = {
  1: 'granted',
  2: 'granted_override',
  3: 'granted_held_open',
  10: 'reader_disabled',
  11: 'lockdown',
  12: 'customer_inactive',
  20: 'malformed',
  21: 'unknown_credential',
  22: 'wrong_site',
  23: 'bad_signature',
  24: 'replayed',
  25: 'clock',
  30: 'revoked',
  31: 'suspended',
  32: 'user_inactive',
  33: 'not_yet_valid',
  34: 'expired',
  35: 'document_stale',
  40: 'way_not_allowed',
  41: 'out_of_range',
  42: 'wrong_presentation',
  43: 'user_verification_missing',
  44: 'no_screen_lock',
  50: 'no_access',
  51: 'outside_schedule',
  52: 'holiday',
  60: 'count_exhausted',
  61: 'count_unverifiable',
  62: 'anti_passback',
  63: 'throttled',
} as const;
export type Reason = (typeof REASONS)[keyof typeof REASONS] | 'other';

/** G open · A ask somebody · P do something on the phone · T not now · X the door, not you. */
export type Signal = 'G' | 'A' | 'P' | 'T' | 'X';

const SIGNALS: Readonly<Record<Signal, readonly Reason[]>> = {
  G: ['granted', 'granted_override', 'granted_held_open'],
  X: ['reader_disabled', 'lockdown', 'customer_inactive'],
  A: [
    'malformed',
    'unknown_credential',
    'wrong_site',
    'bad_signature',
    'replayed',
    'revoked',
    'suspended',
    'user_inactive',
    'expired',
    'no_access',
    'count_exhausted',
    'other',
  ],
  P: [
    'clock',
    'document_stale',
    'way_not_allowed',
    'out_of_range',
    'wrong_presentation',
    'user_verification_missing',
    'no_screen_lock',
  ],
  T: ['not_yet_valid', 'outside_schedule', 'holiday', 'count_unverifiable', 'anti_passback', 'throttled'],
};

/** A number this wallet does not know is a refusal all the same: a newer reader may have more reasons, never more ways to be open. */
export function reasonOf(code: number): Reason {
  return (REASONS as Readonly<Record<number, Reason>>)[code] ?? 'other';
}

export function signalOf(reason: Reason): Signal {
  return (Object.keys(SIGNALS) as Signal[]).find((signal) => SIGNALS[signal].includes(reason))!;
}
