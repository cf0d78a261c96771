import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The shared vectors, which C# runs too. A file that is missing fails its test. */
export function vectors<T>(file: string): T {
  return JSON.parse(readFileSync(join(VECTORS, file), 'utf8')) as T;
}
