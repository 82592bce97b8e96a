// Builds everything the browser loads into src/zhike/shell/static/dist/. Run by node, after `npm ci`:
//   node frontend/build.mjs [--quiet]
import * as esbuild from "esbuild";
import { mkdir, readFile, readdir, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { iconSprite } from "./icons.mjs";
import { regionTree } from "./regions.mjs";

const here = path.dirname(fileURLToPath(import.meta.url));
const dist = path.join(here, "../src/zhike/shell/static/dist");
const APP_BUDGET_BYTES = 45 * 1024;

/** The options of one esbuild run: the page's module and sheet keep plain names, lazy chunks carry a hash. */
const bundle = {
  entryPoints: { app: path.join(here, "js/app.js"), "app-style": path.join(here, "css/app.css") },
  outdir: dist,
  bundle: true,
  splitting: true,
  format: "esm",
  target: ["es2022"],
  chunkNames: "chunks/[name]-[hash]",
  entryNames: "[name]",
  minify: true,
  legalComments: "none",
  logLevel: "warning",
  metafile: true,
  define: { "process.env.NODE_ENV": '"production"' },
};

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
  const files = (await readdir(dist, { recursive: true })).sort();
  for (const name of files) {
    const file = path.join(dist, name);
    if (!(await stat(file)).isFile()) continue;
    const bytes = await readFile(file);
    console.log(`${name.padEnd(34)} ${String(bytes.length).padStart(8)}  gz ${String(gzipSync(bytes).length).padStart(7)}`);
  }
}

async function checkBudget() {
  const size = gzipSync(await readFile(path.join(dist, "app.js"))).length;
  if (size > APP_BUDGET_BYTES) throw new Error(`app.js is ${size} bytes compressed, more than ${APP_BUDGET_BYTES}`);
}

async function build() {
  await rm(dist, { recursive: true, force: true });
  await mkdir(dist, { recursive: true });
  await esbuild.build(bundle);
  await writeStyleSheet();
  await writeStaticParts();
  await checkBudget();
}

await build();
if (!process.argv.includes("--quiet")) await reportSizes();
