// Bundles every test with esbuild and runs the lot with Node's own runner. Arguments are passed on (e.g. --test-name-pattern).
import { build } from 'esbuild';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));
const out = mkdtempSync(join(tmpdir(), 'latchkey-wallet-tests-'));
try {
  const entryPoints = readdirSync(join(here, 'tests'))
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => join(here, 'tests', name));
  await build({
    entryPoints,
    outdir: out,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    sourcemap: 'inline',
    logLevel: 'warning',
    outExtension: { '.js': '.mjs' },
    define: { VECTORS: JSON.stringify(join(here, '../../vectors')), WALLET: JSON.stringify(here) },
  });
  const files = readdirSync(out)
    .filter((name) => name.endsWith('.test.mjs'))
    .map((name) => join(out, name));
  const run = spawnSync(process.execPath, ['--enable-source-maps', '--test', ...process.argv.slice(2), ...files], {
    stdio: 'inherit',
  });
  process.exitCode = run.status ?? 1;
} finally {
  rmSync(out, { recursive: true, force: true });
}
