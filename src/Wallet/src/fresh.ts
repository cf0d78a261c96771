import type { App } from './app.ts';
import { now } from './clock.ts';
import type { Key } from './keep/key.ts';

/** How long a tap waits for a renewal without which the door would refuse. */
export const RENEW_PATIENCE_MS = 4_000;

/**
 * The key as it is by now. One whose document has died, or was called out of date, is renewed first where there is a network:
 * the door would refuse it. Any other waits for nothing: a network that swallows packets must not stand between a person and a
 * door that needs none.
 */
export async function freshened(app: Pick<App, 'keys' | 'outdated' | 'renewing' | 'renew'>, key: Key, patience = RENEW_PATIENCE_MS): Promise<Key> {
  const { id } = key.record;
  const current = () => app.keys.find(({ record }) => record.id === id) ?? key;
  if (now() >= current().document.expires || app.outdated.has(id)) {
    const renewal = app.renewing.get(id) ?? app.renew(({ record }) => record.id === id);
    await Promise.race([renewal.catch(() => false), pause(patience)]);
  }
  return current();
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
