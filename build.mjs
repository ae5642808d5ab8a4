// Bundles assets/ into static/build/. Called by groupops/frontend.py, which sends the candidate icon names on stdin (JSON list).
import * as esbuild from "esbuild";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";

const out = "static/build";
const outline = "node_modules/@tabler/icons/icons/outline";
mkdirSync(out, { recursive: true });

await esbuild.build({
  entryPoints: ["assets/css/site.css", "assets/css/calendar.css", "assets/js/site.js", "assets/js/calendar.js", "assets/js/calendar-grid.js"],
  bundle: true,
  minify: true,
  format: "iife",
  target: ["es2022"],
  outdir: out,
  entryNames: "[name]",
  legalComments: "linked",
  logLevel: "warning",
});

// One sprite with the icons in use; a candidate that is no Tabler icon is some other quoted word of a source file.
const names = JSON.parse(readFileSync(0, "utf8")).filter((name) => existsSync(`${outline}/${name}.svg`));
const symbols = names.map((name) => {
  const body = readFileSync(`${outline}/${name}.svg`, "utf8").replace(/<!--[\s\S]*?-->/g, "").replace(/<\/?svg[^>]*>/g, "").replace(/\s+/g, " ").trim();
  return `<symbol id="${name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-linecap="round" stroke-linejoin="round">${body}</symbol>`;
});
writeFileSync(`${out}/icons.svg`, `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>\n`);
writeFileSync(`${out}/favicon.svg`, readFileSync("assets/favicon.svg"));
