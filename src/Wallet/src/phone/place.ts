/**
 * Where the wallet runs. An iPhone keeps the storage of an installed web app apart from the browser's: a key activated in the
 * browser could not be used from the home screen, so there nothing is activated outside the installed wallet.
 */
export type Place = 'installed' | 'browser' | 'apple-browser';

export type Surroundings = {
  readonly userAgent: string;
  readonly platform: string;
  readonly touchPoints: number;
  readonly standalone: boolean;
};

export function placeOf({ userAgent, platform, touchPoints, standalone }: Surroundings): Place {
  if (standalone) return 'installed';
  // An iPad asks for desktop pages by default and then calls itself a Mac; no Mac has a touch screen.
  const apple = /iPhone|iPad|iPod/.test(userAgent) || (platform === 'MacIntel' && touchPoints > 1);
  return apple ? 'apple-browser' : 'browser';
}

export function surroundings(): Surroundings {
  return {
    userAgent: navigator.userAgent,
    platform: navigator.platform,
    touchPoints: navigator.maxTouchPoints,
    standalone: matchMedia('(display-mode: standalone)').matches || (navigator as { standalone?: boolean }).standalone === true,
  };
}

const NAME_BYTES_MAX = 64;

/** What the administrator sees as the device: a model where the browser tells one, else the kind of phone. */
export async function deviceName(): Promise<string> {
  const agent = navigator.userAgent;
  const hints = (
    navigator as { userAgentData?: { getHighEntropyValues(names: string[]): Promise<{ model?: string; platform?: string }> } }
  ).userAgentData;
  const told = await hints?.getHighEntropyValues(['model', 'platform']).catch(() => undefined);
  const kind = /iPhone|iPad/.exec(agent)?.[0] ?? (/Android/.test(agent) ? 'Android phone' : (told?.platform ?? 'Computer'));
  return within(told?.model || kind);
}

/** As much of a name as fits, in whole characters. */
export function within(name: string, bytesMax = NAME_BYTES_MAX): string {
  let kept = '';
  for (const character of name) {
    if (new TextEncoder().encode(kept + character).length > bytesMax) break;
    kept += character;
  }
  return kept;
}
