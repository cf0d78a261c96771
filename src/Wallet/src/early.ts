import { readNow } from './keep/database.ts';
import { chooseLanguage } from './texts/languages.ts';

/**
 * A small script of its own that runs while the wallet is still being fetched and compiled: by then both things that home waits
 * for are under way. The words are the right ones unless another language was chosen here. Nothing depends on it.
 */
declare const LANGUAGE_FILES: Readonly<Record<string, string>>;

globalThis.keptAhead = readNow();
// Whoever takes it hears of a failure.
globalThis.keptAhead.catch(() => undefined);

const words = document.createElement('link');
words.rel = 'modulepreload';
words.href = LANGUAGE_FILES[chooseLanguage(undefined, navigator.languages)]!;
document.head.append(words);
