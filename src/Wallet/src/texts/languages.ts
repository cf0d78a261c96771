/** The languages by their own names. */
export const LANGUAGE_NAMES = {
  en: 'English',
  cs: 'Čeština',
  sv: 'Svenska',
  fr: 'Français',
  de: 'Deutsch',
} as const;
export type Language = keyof typeof LANGUAGE_NAMES;

/** The chosen language, else the first of the phone's that we have, else English. */
export function chooseLanguage(chosen: string | undefined, phone: readonly string[]): Language {
  const wanted = [chosen ?? '', ...phone].map((tag) => tag.toLowerCase().split('-')[0]!);
  return (wanted.find((tag) => tag in LANGUAGE_NAMES) as Language | undefined) ?? 'en';
}
