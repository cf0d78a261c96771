import { test } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { REASONS, reasonOf, signalOf } from '../src/decisions.ts';
import { chooseLanguage, LANGUAGE_NAMES, type Language } from '../src/texts/languages.ts';
import { LANGUAGES, type Texts } from '../src/texts/texts.ts';
import { whenIn } from '../src/texts/when.ts';

/** Flattens to path → sentence; functions are called with words that must come out again. */
function sentences(value: unknown, path = ''): Map<string, string> {
  const found = new Map<string, string>();
  if (typeof value === 'string') found.set(path, value);
  else if (typeof value === 'function') {
    const words = { site: 'SITE', door: 'DOOR', hours: 'HOURS', from: 'FROM', until: 'UNTIL', others: 3, wait: 7, ways: 'WAYS' };
    const plain =
      value.length > 0 && !path.startsWith('reasons.') ? Array.from({ length: value.length }, (_, index) => index + 2) : [words];
    for (const [at, sentence] of sentences((value as (...all: unknown[]) => unknown)(...plain), path)) found.set(at, sentence);
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, inner] of Object.entries(value))
      for (const [at, sentence] of sentences(inner, path === '' ? key : `${path}.${key}`)) found.set(at, sentence);
  }
  return found;
}

const english = sentences(await LANGUAGES.en());

for (const language of Object.keys(LANGUAGES) as Language[]) {
  test(`${language}: has every text, none blank, none glued from nothing`, async () => {
    const own = sentences(await LANGUAGES[language]());
    assert.deepEqual([...own.keys()].sort(), [...english.keys()].sort());
    for (const [path, sentence] of own) {
      assert.notEqual(sentence.trim(), '', path);
      assert.doesNotMatch(sentence, /undefined|\[object|NaN|null/, `${path}: ${sentence}`);
      assert.doesNotMatch(sentence, /!/, `${path}: no exclamation mark`);
    }
  });

  test(`${language}: every word given to a reason comes out where English has it`, async () => {
    const own = sentences(await LANGUAGES[language]());
    for (const [path, sentence] of english) {
      for (const word of ['SITE', 'DOOR', 'HOURS', 'FROM', 'UNTIL', 'WAYS'])
        assert.equal(own.get(path)!.includes(word), sentence.includes(word), `${path}: ${word}`);
    }
  });

  test(`${language}: sentences have at most 20 words`, async () => {
    for (const [path, text] of sentences(await LANGUAGES[language]())) {
      for (const sentence of text.split(/[.:]\s/)) assert.ok(sentence.split(/\s+/).length <= 20, `${path}: ${sentence}`);
    }
  });
}

test('a language that is not English says something else', async () => {
  for (const [language, load] of Object.entries(LANGUAGES)) {
    if (language === 'en') continue;
    const own = sentences(await load());
    assert.deepEqual(
      [...english]
        .filter(([path, sentence]) => own.get(path) === sentence && /\s/.test(sentence))
        .map(([path]) => `${language}: ${path}`),
      [],
    );
  }
});

test('every reason of the specification has a text and a signal, by the same number', async () => {
  const page = readFileSync(join(WALLET, '../../spec/decision.md'), 'utf8');
  const listed = new Map([...page.matchAll(/^\|[^|]*\| (\d+) \| (\w+) \|/gm)].map(([, code, name]) => [Number(code), name!]));
  assert.deepEqual(new Map(Object.entries(REASONS).map(([code, name]) => [Number(code), name as string])), listed);
  const signals = new Map(
    [...page.matchAll(/([GXAPT]) ((?:\d+(?:–\d+)?[ .,]*)+)/g)].flatMap(([, signal, codes]) =>
      [...codes!.matchAll(/(\d+)(?:–(\d+))?/g)].flatMap(([, from, to]) =>
        [...listed.keys()]
          .filter((code) => code >= Number(from) && code <= Number(to ?? from))
          .map((code) => [code, signal!] as const),
      ),
    ),
  );
  for (const code of listed.keys()) assert.equal(signalOf(reasonOf(code)), signals.get(code), `${code}`);
  const texts: Texts = await LANGUAGES.en();
  assert.deepEqual(Object.keys(texts.reasons).sort(), [...listed.values(), 'other'].sort());
});

test('a stranger learns nothing: what could be exploited reads the same', async () => {
  for (const load of Object.values(LANGUAGES)) {
    const { reasons } = await load();
    const words = {
      site: 'S',
      door: 'D',
      hours: undefined,
      from: undefined,
      until: undefined,
      others: 0,
      wait: undefined,
      ways: '',
    };
    assert.deepEqual(reasons.malformed(words), reasons.unknown_credential(words));
    assert.deepEqual(reasons.bad_signature(words), reasons.unknown_credential(words));
  }
});

test('an unknown number is a refusal', () => {
  for (const code of [0, 4, 9, 99, 4_294_967_295]) assert.notEqual(signalOf(reasonOf(code)), 'G');
});

test('the language is the chosen one, else the phone’s, else English', () => {
  assert.equal(chooseLanguage('cs', ['en-GB']), 'cs');
  assert.equal(chooseLanguage(undefined, ['xx', 'cs-CZ', 'en']), 'cs');
  assert.equal(chooseLanguage('zz', []), 'en');
  assert.deepEqual(Object.keys(LANGUAGE_NAMES), Object.keys(LANGUAGES));
});

test('dates: today and tomorrow by name, else the month by name', () => {
  const today = new Date();
  today.setHours(12, 5, 0, 0);
  const seconds = today.getTime() / 1000;
  const english = whenIn('en');
  assert.equal(english.time(seconds), 'today, 12:05');
  assert.equal(english.time(seconds + 86_400), 'tomorrow, 12:05');
  assert.equal(english.day(new Date(2021, 2, 7).getTime() / 1000), '7 Mar 2021');
  assert.equal(whenIn('cs').day(new Date(2021, 2, 7).getTime() / 1000), '7. března 2021');
  assert.equal(whenIn('cs').time(seconds), 'dnes, 12:05');
});
