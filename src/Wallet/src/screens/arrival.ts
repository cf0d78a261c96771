import type { App, Screen } from '../app.ts';
import { activateKey, keyBy, underWay } from '../keep/activation.ts';
import { look, Problem, type Look } from '../server/calls.ts';
import { found } from './found.ts';

/**
 * Where a whole code leads: to what it stands for, or home where this phone has its key already. A link is often opened
 * twice, and a code spent by this phone must not be called spent by another.
 */
export async function arrival(app: App, code: string): Promise<Screen | 'home'> {
  // Another tab may have been quicker.
  await app.reload();
  const held = await keyBy(code, app.keys);
  if (held !== undefined) return homeOf(app, held.record.id);
  const begun = await underWay(code);
  try {
    return found(app, code, await look(location.origin, code));
  } catch (problem) {
    if (begun === undefined || !(problem instanceof Problem)) throw problem;
    if (problem.problem === 'unreachable') throw new Problem('no-answer');
    if (problem.problem !== 'code-used') throw problem;
    return takeUp(app, code, begun);
  }
}

/** The code was used, and this phone has asked for it: perhaps it was this phone, and its key is still to be had. */
async function takeUp(app: App, code: string, begun: Look): Promise<Screen | 'home'> {
  const record = await activateKey(code, location.origin, begun);
  await app.reload();
  return record === undefined ? found(app, code, begun) : homeOf(app, record.id);
}

async function homeOf(app: App, site: string): Promise<'home'> {
  await app.keep('lastSite', site);
  return 'home';
}
