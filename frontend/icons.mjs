import { readFile, readdir } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";

const home = createRequire(import.meta.url).resolve("@tabler/icons/outline/home.svg");
const outline = path.dirname(home);
const NAMED = /(?:_icon\.html["'] with name=|\bicon=|\{% icon )["']([a-z0-9-]+)["']/g;

async function listed(listFile) {
  const lines = (await readFile(listFile, "utf8")).split("\n").map((line) => line.trim());
  return lines.filter((line) => line && !line.startsWith("#"));
}

/** Names written literally in templates and declarations under a folder. */
async function namedUnder(folder) {
  const files = await readdir(folder, { recursive: true });
  const sources = files.filter((file) => /\.(html|py)$/.test(file)).sort();
  const texts = await Promise.all(sources.map((file) => readFile(path.join(folder, file), "utf8")));
  return texts.flatMap((text) => [...text.matchAll(NAMED)].map((match) => match[1]));
}

/** One <symbol> of a line "name" or "name:tabler-name". */
async function symbol(line) {
  const [name, source = name] = line.split(":");
  const svg = await readFile(path.join(outline, `${source}.svg`), "utf8").catch(() => {
    throw new Error(`Tabler has no icon "${source}": choose another name in frontend/icons.txt or in the template that asks for it`);
  });
  const body = svg.replace(/^[\s\S]*?<svg[^>]*>|<\/svg>\s*$/g, "").replace(/<path stroke="none"[^>]*\/>/, "");
  return `<symbol id="${name}" viewBox="0 0 24 24">${body.replace(/\s*\n\s*/g, "").replace(/ \/>/g, "/>")}</symbol>`;
}

/** The SVG sprite of the icons in a list file and of those named under a source folder. */
export async function iconSprite(listFile, sourceFolder) {
  const lines = await listed(listFile);
  const known = new Set(lines.map((line) => line.split(":")[0]));
  const more = [...new Set(await namedUnder(sourceFolder))].filter((name) => !known.has(name)).sort();
  const symbols = await Promise.all([...lines, ...more].map(symbol));
  return `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>\n`;
}
