import { test } from 'node:test';
import assert from 'node:assert/strict';
import { base64url, equal, fromBase64url, fromHex, hex, type Bytes } from '../src/wire/bytes.ts';
import { CborProblem, read, Tagged, write, type Cbor } from '../src/wire/cbor.ts';

/** A small generator with a seed, so that a failure can be run again. */
function* numbers(seed: number): Generator<number, never> {
  for (let state = seed; ;) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    yield state;
  }
}

function value(source: Generator<number, never>, depth = 0): Cbor {
  const next = (below: number) => Math.floor((source.next().value / 2 ** 32) * below);
  const bytes = () => Uint8Array.from({ length: next(40) }, () => next(256)) as Bytes;
  switch (next(depth > 3 ? 5 : 7)) {
    case 0:
      return next(2) === 0 ? next(30) : next(2 ** 32);
    case 1:
      return -1 - next(70_000);
    case 2:
      return next(2) === 0;
    case 3:
      return bytes();
    case 4:
      return ['', 'door', 'Nováková', '🔑'][next(4)]!;
    case 5:
      return Array.from({ length: next(5) }, () => value(source, depth + 1));
    default:
      return new Map(
        Array.from({ length: next(5) }, () => [next(2) === 0 ? next(24) : -1 - next(24), value(source, depth + 1)] as const),
      );
  }
}

test('CBOR: what is written reads, and writes back to the same bytes', () => {
  for (let seed = 1; seed <= 500; seed++) {
    const bytes = write(value(numbers(seed)));
    assert.equal(hex(write(read(bytes))), hex(bytes), `seed ${seed}`);
  }
});

test('CBOR: whatever reads after a byte was changed writes back to those bytes', () => {
  for (let seed = 1; seed <= 300; seed++) {
    const bytes = write(value(numbers(seed)));
    for (let at = 0; at < bytes.length; at++) {
      const changed = bytes.with(at, (bytes[at]! + 1 + seed) & 0xff);
      let back: Cbor;
      try {
        back = read(changed);
      } catch (problem) {
        assert.ok(problem instanceof CborProblem, `seed ${seed}, byte ${at}: ${String(problem)}`);
        continue;
      }
      assert.equal(hex(write(back)), hex(changed), `seed ${seed}, byte ${at}`);
    }
  }
});

for (const [name, bytes] of [
  ['nothing', ''],
  ['a byte behind', '0000'],
  ['long form of 0', '1800'],
  ['long form of 255', '1900ff'],
  ['indefinite array', '9fff'],
  ['float', 'f93c00'],
  ['null', 'f6'],
  ['undefined', 'f7'],
  ['keys out of order', 'a202000100'],
  ['a key twice', 'a201000100'],
  ['a tag inside', '81d200'],
  ['text that is no UTF-8', '61ff'],
  ['beyond 2^53', '1b0020000000000000'],
  ['a length beyond the end', '5affffffff'],
  ['a map key that is an array', 'a1800000'],
] as const) {
  test(`CBOR refuses: ${name}`, () => assert.throws(() => read(fromHex(bytes)), CborProblem));
}

test('CBOR reads the edges of each length', () => {
  for (const number of [0, 23, 24, 255, 256, 65_535, 65_536, 2 ** 32 - 1, 2 ** 32, 2 ** 53 - 1, -1, -24, -25, -256, -257])
    assert.equal(read(write(number)), number);
  assert.ok(read(write(new Tagged(18, []))) instanceof Tagged);
});

test('base64url: round trip, and one spelling only', () => {
  for (let length = 0; length < 70; length++) {
    const bytes = Uint8Array.from({ length }, (_, index) => (index * 89 + length) & 0xff);
    assert.ok(equal(fromBase64url(base64url(bytes)), bytes));
  }
  for (const text of ['AA==', 'A', 'AB', 'A+', 'A/', 'AA\n']) assert.throws(() => fromBase64url(text));
});
