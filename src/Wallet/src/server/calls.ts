import { base64url, fromBase64url, type Bytes } from '../wire/bytes.ts';

/** The wallet's calls (spec/wallet-api.md): cookieless JSON; what proves anything is inside the proofs. */
export type Look = {
  readonly customer: string;
  readonly keyName: string;
  readonly name: string;
  readonly site: Bytes;
  readonly userId: number;
  readonly validFrom: number | undefined;
  readonly validUntil: number | undefined;
  readonly codeEnds: number;
  readonly demo: boolean;
};

export type Grant = {
  readonly site: Bytes;
  readonly key: number;
  readonly document: Bytes;
  readonly siteCard: Bytes;
  readonly statusLists: readonly Bytes[];
  /** Of these lists; a reader that says a lower one knows less. */
  readonly statusSequence?: number;
  readonly now: number;
};

export type OpenAnswer = {
  readonly reason: number;
  readonly unlockSeconds: number | undefined;
  readonly wait: number | undefined;
};

export type ProblemName =
  | 'proof-malformed'
  | 'proof-wrong'
  | 'code-incomplete'
  | 'code-mistyped'
  | 'throttled'
  | 'code-unknown'
  | 'code-replaced'
  | 'code-used'
  | 'code-expired'
  | 'key-ended'
  | 'key-unknown'
  | 'key-suspended'
  | 'wallet-too-old'
  | 'clock'
  | 'nonce-unknown'
  | 'reader-unknown'
  | 'reader-offline'
  /** It was sent, and may have come through. */
  | 'no-answer'
  /** No usable answer: no network, no server, or something else spoke. */
  | 'unreachable';

/** A refusal by the server, by its name; `more` holds what the name's page promises. */
export class Problem extends Error {
  constructor(
    readonly problem: ProblemName,
    readonly more: Readonly<Record<string, unknown>> = {},
  ) {
    super(problem);
  }

  number(name: string): number | undefined {
    const value = this.more[name];
    return typeof value === 'number' ? value : undefined;
  }

  text(name: string): string | undefined {
    const value = this.more[name];
    return typeof value === 'string' ? value : undefined;
  }
}

const CALL_MS = 10_000;

export async function look(address: string, code: string): Promise<Look> {
  const answer = await call(address, 'look', { code });
  return {
    customer: text(answer, 'customer'),
    keyName: text(answer, 'keyName'),
    name: text(answer, 'name'),
    site: binary(answer['site']),
    userId: number(answer, 'userId') ?? unusable(),
    validFrom: number(answer, 'validFrom'),
    validUntil: number(answer, 'validUntil'),
    codeEnds: number(answer, 'codeEnds') ?? unusable(),
    demo: answer['demo'] === true,
  };
}

/** Once sent, the code may be spent: what is lost from then on is `no-answer`. */
export function activate(address: string, proof: Bytes): Promise<Grant> {
  return sent(async () => grant(await call(address, 'activate', { proof: base64url(proof) })));
}

export async function renew(address: string, proof: Bytes): Promise<Grant> {
  return grant(await call(address, 'renew', { proof: base64url(proof) }));
}

export async function challenge(address: string, site: Bytes): Promise<Bytes> {
  return binary((await call(address, 'challenge', { site: base64url(site) }))['nonce']);
}

/** Once sent, the door may open: what is lost from then on is `no-answer`, never `unreachable`, which is leave to ask elsewhere. */
export function open(address: string, proof: Bytes, document: Bytes): Promise<OpenAnswer> {
  return sent(async () => {
    const answer = await call(address, 'open', { proof: base64url(proof), document: base64url(document) });
    return {
      reason: number(answer, 'reason') ?? unusable(),
      unlockSeconds: number(answer, 'unlockSeconds'),
      wait: number(answer, 'wait'),
    };
  });
}

export async function askForNewCode(address: string, code: string): Promise<void> {
  await call(address, 'ask', { code });
}

async function sent<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (problem) {
    throw problem instanceof Problem && problem.problem === 'unreachable' ? new Problem('no-answer') : problem;
  }
}

type Answer = Readonly<Record<string, unknown>>;

async function call(address: string, route: string, body: object): Promise<Answer> {
  let response: Response;
  let answer: unknown;
  try {
    response = await fetch(`${address}/api/v1/wallet/${route}`, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json' },
      credentials: 'omit',
      referrerPolicy: 'no-referrer',
      cache: 'no-store',
      signal: AbortSignal.timeout(CALL_MS),
    });
    const whole = await response.text();
    answer = whole === '' ? {} : JSON.parse(whole);
  } catch {
    throw new Problem('unreachable');
  }
  if (typeof answer !== 'object' || answer === null) throw new Problem('unreachable');
  if (!response.ok) throw problemOf(answer as Answer);
  return answer as Answer;
}

function problemOf(answer: Answer): Problem {
  const name = /^\/problems\/([a-z-]+)$/.exec(String(answer['type']))?.[1];
  return new Problem((name ?? 'unreachable') as ProblemName, answer);
}

function grant(answer: Answer): Grant {
  const lists = answer['statusLists'];
  return {
    site: binary(answer['site']),
    key: number(answer, 'key') ?? unusable(),
    document: binary(answer['document']),
    siteCard: binary(answer['siteCard']),
    statusLists: Array.isArray(lists) ? lists.map(binary) : [],
    statusSequence: number(answer, 'statusSequence') ?? 0,
    now: number(answer, 'now') ?? unusable(),
  };
}

function text(answer: Answer, name: string): string {
  const value = answer[name];
  return typeof value === 'string' ? value : unusable();
}

function number(answer: Answer, name: string): number | undefined {
  const value = answer[name];
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}

function binary(value: unknown): Bytes {
  try {
    return typeof value === 'string' ? fromBase64url(value) : unusable();
  } catch {
    return unusable();
  }
}

function unusable(): never {
  throw new Problem('unreachable');
}
