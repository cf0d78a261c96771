// Builds the wallet into the server's wwwroot: node build.mjs [folder]. What is written carries its content's hash in its name,
// except what must be found by name (the page, the manifest, the service worker, the icons).
import { build } from 'esbuild';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const FIRST_LOAD_BYTES_MAX = 60_000;
const here = fileURLToPath(new URL('.', import.meta.url));
const out = process.argv[2] ?? join(here, '../Server/wwwroot/w');
const { version } = JSON.parse(readFileSync(join(here, 'package.json'), 'utf8'));
const common = {
  bundle: true,
  minify: true,
  format: 'esm',
  target: ['es2022', 'safari16'],
  legalComments: 'none',
  logLevel: 'warning',
  write: false,
};

const app = await build({
  ...common,
  entryPoints: { app: join(here, 'src/main.ts'), look: join(here, 'src/look.css') },
  outdir: out,
  splitting: true,
  metafile: true,
  entryNames: '[name]-[hash]',
  chunkNames: '[name]-[hash]',
  define: { VERSION: JSON.stringify(version) },
});

const files = new Map(app.outputFiles.map((file) => [relative(out, file.path), Buffer.from(file.contents)]));
const outputs = new Map(Object.entries(app.metafile.outputs).map(([path, output]) => [basename(path), output]));
const built = (source) => [...outputs].find(([, output]) => output.entryPoint?.endsWith(source))[0];
const entry = built('src/main.ts');
const sheet = [...outputs.keys()].find((name) => name.endsWith('.css'));
const first = closure(entry);

// A classic script, because it must run at once; modules wait for the whole page.
const languages = ['en', 'cs', 'sv', 'fr', 'de'];
const earlyBuild = await build({
  ...common,
  entryPoints: { early: join(here, 'src/early.ts') },
  outdir: out,
  entryNames: '[name]-[hash]',
  format: 'iife',
  define: {
    LANGUAGE_FILES: JSON.stringify(Object.fromEntries(languages.map((name) => [name, built(`src/texts/${name}.ts`)]))),
  },
});
const early = basename(earlyBuild.outputFiles[0].path);
files.set(early, Buffer.from(earlyBuild.outputFiles[0].contents));

const page = readFileSync(join(here, 'index.html'), 'utf8')
  .replace('{{sheet}}', sheet)
  .replace('{{entry}}', entry)
  .replace('{{early}}', early)
  .replace(
    '{{preloads}}',
    [...first]
      .filter((name) => name !== entry)
      .map((name) => `<link rel="modulepreload" href="${name}">`)
      .join(''),
  );
files.set('index.html', Buffer.from(page));
files.set('manifest.webmanifest', readFileSync(join(here, 'manifest.webmanifest')));
for (const icon of readdirSync(join(here, 'icons'))) files.set(icon, readFileSync(join(here, 'icons', icon)));

// Any change of any file is a new list, hence a new worker and a new cache.
const list = createHash('sha256');
for (const [name, bytes] of [...files].sort()) list.update(name).update(createHash('sha256').update(bytes).digest());
const cached = [...files.keys()].filter((name) => name !== 'index.html').sort();
const worker = await build({
  ...common,
  entryPoints: [join(here, 'src/sw.ts')],
  outfile: join(out, 'sw.js'),
  format: 'iife',
  define: { CACHE: JSON.stringify(`wallet-${list.digest('hex').slice(0, 16)}`), FILES: JSON.stringify(['./', ...cached]) },
});
files.set('sw.js', Buffer.from(worker.outputFiles[0].contents));

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
for (const [name, bytes] of files) writeFileSync(join(out, name), bytes);

const language = Math.max(
  ...languages.map((name) => gzipSync(files.get(built(`src/texts/${name}.ts`))).length),
);
const firstLoad = [...first, early, sheet, 'index.html'].reduce((sum, name) => sum + gzipSync(files.get(name)).length, language);
console.log(`wallet: ${files.size} files, ${firstLoad} bytes compressed on first load`);
if (firstLoad > FIRST_LOAD_BYTES_MAX) throw new Error(`first load must be at most ${FIRST_LOAD_BYTES_MAX} bytes`);

/** The entry and everything it needs before it runs; what it imports later is not first load. */
function closure(name, seen = new Set()) {
  if (seen.has(name)) return seen;
  seen.add(name);
  for (const { path, kind } of outputs.get(name).imports) if (kind === 'import-statement') closure(basename(path), seen);
  return seen;
}
