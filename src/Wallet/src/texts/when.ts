import { now } from '../clock.ts';
import type { Language } from './languages.ts';

/** Dates as people say them: “today, 14:05”, “tomorrow, 13:52”, else “7 Mar 2021, 14:05”; never numbers only. */
const LOCALES: Readonly<Record<Language, string>> = { en: 'en-GB', cs: 'cs-CZ', sv: 'sv-SE', fr: 'fr-FR', de: 'de-DE' };
const MONTHS: Readonly<Record<Language, 'short' | 'long'>> = { en: 'short', cs: 'long', sv: 'short', fr: 'short', de: 'short' };
const DAY_SECONDS = 86_400;

export type When = {
  day(seconds: number): string;
  time(seconds: number): string;
  exact(seconds: number): string;
};

export function whenIn(language: Language): When {
  const locale = LOCALES[language];
  // Formatters are slow to make, so each is made when first asked for; home needs one of them.
  const date = once(() => new Intl.DateTimeFormat(locale, { day: 'numeric', month: MONTHS[language], year: 'numeric' }));
  const second = once(
    () => new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' }),
  );
  const near = once(() => new Intl.RelativeTimeFormat(locale, { numeric: 'auto' }));
  const day = (seconds: number) => {
    const days = Math.round((midnight(seconds) - midnight(now())) / DAY_SECONDS);
    return Math.abs(days) <= 1 ? near().format(days, 'day') : date().format(seconds * 1000);
  };
  return {
    day,
    time: (seconds) => `${day(seconds)}, ${clock(seconds)}`,
    exact: (seconds) => second().format(seconds * 1000),
  };
}

function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}

/** 14:05, as all these languages write it. */
function clock(seconds: number): string {
  const date = new Date(seconds * 1000);
  return [date.getHours(), date.getMinutes()].map((part) => String(part).padStart(2, '0')).join(':');
}

function midnight(seconds: number): number {
  const date = new Date(seconds * 1000);
  date.setHours(0, 0, 0, 0);
  return date.getTime() / 1000;
}
