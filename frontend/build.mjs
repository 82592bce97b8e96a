// Builds everything the browser loads into src/zhike/shell/static/dist/. Run by node, after `npm ci`:
//   node frontend/build.mjs [--quiet]
import * as esbuild from "esbuild";
import { mkdir, readFile, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { iconSprite } from "./icons.mjs";
import { regionTree } from "./regions.mjs";

const here = path.dirname(fileURLToPath(import.meta.url));
const served = path.join(here, "../src/zhike/shell/static/dist");
// Made beside and moved at the end, so that nobody is served half of it.
const dist = path.join(here, `../node_modules/.zhike-dist-${process.pid}`);
const APP_BUDGET_BYTES = 45 * 1024;

const common = { outdir: dist, bundle: true, format: "esm", target: ["es2022"], minify: true, legalComments: "none", logLevel: "warning", metafile: true };

/** Libraries that only some pages need, each one file whose name carries its hash. Gives module name → file name. */
async function buildLazyParts() {
  const lazy = path.join(here, "js/lazy");
  const sources = (await readdir(lazy)).sort().map((file) => path.join(lazy, file));
  const { metafile } = await esbuild.build({ ...common, entryPoints: sources, entryNames: "chunks/[name]-[hash]" });
  const outputs = Object.entries(metafile.outputs);
  return new Map(outputs.map(([file, { entryPoint }]) => [path.basename(entryPoint), path.basename(file)]));
}

/** import("./lazy/x.js") becomes import("./chunks/x-HASH.js"), relative to wherever app.js itself is served from. */
function lazyParts(names) {
  const resolve = ({ path: wanted }) => ({ path: `./chunks/${names.get(path.basename(wanted))}`, external: true });
  return { name: "lazy-parts", setup: (run) => run.onResolve({ filter: /^\.\/lazy\// }, resolve) };
}

async function buildPageParts(names) {
  const entryPoints = { app: path.join(here, "js/app.js"), "app-style": path.join(here, "css/app.css") };
  await esbuild.build({ ...common, entryPoints, entryNames: "[name]", plugins: [lazyParts(names)] });
}

async function writeStaticParts() {
  await writeFile(path.join(dist, "icons.svg"), await iconSprite(path.join(here, "icons.txt"), path.join(here, "../src/zhike")));
  await writeFile(path.join(dist, "regions.json"), JSON.stringify(await regionTree()));
}

async function writeStyleSheet() {
  const built = path.join(dist, "app-style.css");
  await writeFile(path.join(dist, "app.css"), await readFile(built));
  await rm(built);
}

async function reportSizes() {
  const files = (await readdir(served, { recursive: true })).sort();
  for (const name of files) {
    const file = path.join(served, name);
    if (!(await stat(file)).isFile()) continue;
    const bytes = await readFile(file);
    console.log(`${name.padEnd(34)} ${String(bytes.length).padStart(8)}  gz ${String(gzipSync(bytes).length).padStart(7)}`);
  }
}

async function checkBudget() {
  const size = gzipSync(await readFile(path.join(dist, "app.js"))).length;
  if (size > APP_BUDGET_BYTES) throw new Error(`app.js is ${size} bytes compressed, more than ${APP_BUDGET_BYTES}`);
}

async function moveIntoPlace() {
  const former = `${dist}-former`;
  await mkdir(path.dirname(served), { recursive: true });
  await rename(served, former).catch((error) => { if (error.code !== "ENOENT") throw error; });
  await rename(dist, served);
  await rm(former, { recursive: true, force: true });
}

async function make() {
  await mkdir(dist, { recursive: true });
  await buildPageParts(await buildLazyParts());
  await writeStyleSheet();
  await writeStaticParts();
  await checkBudget();
}

async function build() {
  try {
    await make();
    await moveIntoPlace();
  } finally {
    await rm(dist, { recursive: true, force: true });
  }
}

await build();
if (!process.argv.includes("--quiet")) await reportSizes();
