import type { App, Screen } from '../app.ts';
import { activateKey, isUnderWay, keyBy } from '../keep/activation.ts';
import { look, Problem } from '../server/calls.ts';
import { found } from './found.ts';

/**
 * Where a whole code leads: to what it stands for, or home where this phone has its key already. A link is often opened
 * twice, and a code spent by this phone must not be called spent by another.
 */
export async function arrival(app: App, code: string): Promise<Screen | 'home'> {
  const held = await keyBy(code, app.keys);
  if (held !== undefined) return homeOf(app, held.record.id);
  try {
    return found(app, code, await look(location.origin, code));
  } catch (problem) {
    const lost = problem instanceof Problem && problem.problem === 'code-used' && (await isUnderWay(code));
    if (!lost) throw problem;
    const record = await activateKey(code, location.origin);
    await app.reload();
    return homeOf(app, record.id);
  }
}

async function homeOf(app: App, site: string): Promise<'home'> {
  await app.keep('lastSite', site);
  return 'home';
}
