import type { en } from './en.ts';
import type { Language } from './languages.ts';

export type Texts = typeof en;

/** Each language is a file of its own, fetched when chosen; all are kept for offline. */
export const LANGUAGES = {
  en: () => import('./en.ts').then((module) => module.en),
  cs: () => import('./cs.ts').then((module) => module.cs),
  sv: () => import('./sv.ts').then((module) => module.sv),
  fr: () => import('./fr.ts').then((module) => module.fr),
  de: () => import('./de.ts').then((module) => module.de),
} satisfies Record<Language, () => Promise<Texts>>;
