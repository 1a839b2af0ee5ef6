/**
 * `node k8s/images/app/build.ts`, in an app's folder: src/main.ts and all it imports becomes
 * dist/main.mjs, and src/page, where there is one, dist/page. The image holds nothing else.
 */
import { cp, rm } from "node:fs/promises";
import { build } from "esbuild";

await rm("dist", { recursive: true, force: true });
await build({
  entryPoints: ["src/main.ts"],
  outfile: "dist/main.mjs",
  bundle: true,
  platform: "node",
  target: "node24",
  format: "esm",
  // Express and others are CommonJS and call require; an ES module has none of its own.
  banner: {
    js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);',
  },
  logLevel: "warning",
});
await cp("src/page", "dist/page", { recursive: true }).catch((error: NodeJS.ErrnoException) => {
  if (error.code !== "ENOENT") throw error;
});
