import { test } from 'node:test';
import assert from 'node:assert/strict';
import { fromFragment, readCode } from '../src/credentials/code.ts';

const CODE = 'KJT3M0H32NT7N5K2JG7RT4M8';

test('a link’s fragment is taken out of its escapes, and as it stands where it has none that read', () => {
  assert.equal(fromFragment(`#${CODE}`), CODE);
  assert.equal(fromFragment('#KJT3%2DM0H3'), 'KJT3-M0H3');
  for (const broken of ['%E0', '%', `${CODE}%`, '%zz', '%C0%80']) assert.equal(fromFragment(`#${broken}`), broken);
});

test('a fragment with a broken escape is a code with a character that does not occur in codes', () => {
  assert.deepEqual(readCode(fromFragment('#%E0')), { kind: 'bad_character', character: '%' });
});
