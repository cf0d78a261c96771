/** Activation codes as a person types them (spec/codes.md). */
export type CodeForm = { readonly characters: number; readonly group: number; readonly alphabet: string };
export type CodeReading =
  | { readonly kind: 'good'; readonly canonical: string }
  | { readonly kind: 'bad_character'; readonly character: string }
  | { readonly kind: 'incomplete' | 'too_long'; readonly have: number; readonly want: number; readonly digits: boolean }
  | { readonly kind: 'mistyped' };

export const BASE32 = { characters: 24, group: 4, alphabet: '0123456789ABCDEFGHJKMNPQRSTVWXYZ' } as const satisfies CodeForm;
export const DIGITS = { characters: 32, group: 4, alphabet: '0123456789' } as const satisfies CodeForm;

/** A link may be pasted whole: the code is its fragment. */
export function readCode(typed: string): CodeReading {
  const characters = [...fromLink(typed).replace(SEPARATORS, '')];
  const form =
    characters.length > BASE32.characters && characters.every((character) => DIGITS.alphabet.includes(character))
      ? DIGITS
      : BASE32;
  let canonical = '';
  for (const character of characters) {
    const meant = meaning(character);
    if (!form.alphabet.includes(meant)) return { kind: 'bad_character', character };
    canonical += meant;
  }
  if (canonical.length !== form.characters) {
    const kind = canonical.length < form.characters ? 'incomplete' : 'too_long';
    return { kind, have: canonical.length, want: form.characters, digits: form === DIGITS };
  }
  const good = form === BASE32 ? base32Check(canonical) === 0 : dammCheck(canonical) === 0;
  return good ? { kind: 'good', canonical } : { kind: 'mistyped' };
}

export function inGroups(canonical: string, separator = '-'): string {
  return canonical.match(/.{1,4}/g)?.join(separator) ?? '';
}

/** What the fragment of an opened link holds. Mail programs escape; what is no escape is taken as it stands, for the person to see. */
export function fromFragment(fragment: string): string {
  const text = fromLink(fragment);
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function fromLink(typed: string): string {
  const fragment = typed.indexOf('#');
  return fragment < 0 ? typed : typed.slice(fragment + 1);
}

/** Spaces, dashes and dots, and what mail programs make of them. */
const SEPARATORS =
  /[\t-\r .\-_\u00a0\u00ad\u2007\u2009\u200b\u200c\u200d\u2010-\u2014\u2028\u2029\u202f\u2060\u2212\u3000\ufeff]/g;

/** Only ASCII letters have another case here: a dotless ı or a long ſ must not turn into a letter that nobody typed. */
function meaning(character: string): string {
  const upper = /[a-z]/.test(character) ? character.toUpperCase() : character;
  return upper === 'O' ? '0' : upper === 'I' || upper === 'L' ? '1' : upper;
}

/** Horner at α = 2 over GF(2^5), polynomial x^5 + x^2 + 1: zero for a good code. */
function base32Check(canonical: string): number {
  let sum = 0;
  for (const character of canonical) {
    sum <<= 1;
    if (sum & 0b100000) sum ^= 0b100101;
    sum ^= BASE32.alphabet.indexOf(character);
  }
  return sum;
}

const DAMM =
  '0317598642 7092154863 4206871359 1750983426 6123045978 3674209581 5869720134 8945362017 9438617205 2581436790'.split(' ');

function dammCheck(digits: string): number {
  let interim = 0;
  for (const digit of digits) interim = Number(DAMM[interim]![Number(digit)]);
  return interim;
}
