import type { en } from './en.ts';

export type Texts = typeof en;
export type Language = keyof typeof LANGUAGES;

/** Each language is a file of its own, fetched when chosen; all are kept for offline. */
export const LANGUAGES = {
  en: () => import('./en.ts').then((module) => module.en),
  cs: () => import('./cs.ts').then((module) => module.cs),
  sv: () => import('./sv.ts').then((module) => module.sv),
  fr: () => import('./fr.ts').then((module) => module.fr),
  de: () => import('./de.ts').then((module) => module.de),
} satisfies Record<string, () => Promise<Texts>>;

export const LANGUAGE_NAMES: Readonly<Record<Language, string>> = {
  en: 'English',
  cs: 'Čeština',
  sv: 'Svenska',
  fr: 'Français',
  de: 'Deutsch',
};

/** The chosen language, else the first of the phone's that we have, else English. */
export function chooseLanguage(chosen: string | undefined, phone: readonly string[]): Language {
  const wanted = [chosen ?? '', ...phone].map((tag) => tag.toLowerCase().split('-')[0]!);
  return (wanted.find((tag) => tag in LANGUAGES) as Language | undefined) ?? 'en';
}
