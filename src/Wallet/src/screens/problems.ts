import type { App } from '../app.ts';
import type { Problem } from '../server/calls.ts';

/** The server's refusals in the words of the person; `act` where one tap helps. */
export function codeProblem(
  app: App,
  problem: Problem,
): { readonly title: string; readonly say: string; readonly act?: 'ask' | 'reload' } {
  const words = app.texts.problems;
  const site = problem.text('customer') ?? words.yourSite;
  const at = problem.number('at');
  const when = at === undefined ? undefined : app.when.time(at);
  switch (problem.problem) {
    case 'unreachable':
      return words.unreachable;
    case 'no-answer':
      return words.lost;
    case 'code-unknown':
      return words.unknown;
    case 'code-incomplete':
    case 'code-mistyped':
      return { title: words.unknown.title, say: app.texts.code.mistyped };
    case 'code-replaced':
      return words.replaced;
    case 'code-used':
      return words.used(when, site);
    case 'code-expired':
      return { ...words.expired(when, site), act: 'ask' };
    case 'key-ended':
    case 'key-unknown':
      return words.ended;
    case 'wallet-too-old':
      return { ...words.tooOld, act: 'reload' };
    case 'throttled':
      return words.throttled(problem.number('retryAfter') ?? 60);
    case 'clock':
      return words.clock;
    default:
      return words.other;
  }
}
