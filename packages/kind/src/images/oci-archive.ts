import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { copyFile, mkdir, mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { command } from "../command.ts";

export interface OneLayerImage {
  /** A plain tar of the root file system. */
  readonly layer: string;
  /** Full names with tags; all of them point at the same image. */
  readonly names: readonly string[];
  readonly entrypoint?: readonly string[];
  readonly architecture: "amd64" | "arm64";
}

const mediaType = "application/vnd.oci.image";

/**
 * Writes an OCI image archive that `ctr images import` reads, without an engine.
 * Source: OCI image layout specification 1.1.
 */
export async function writeOciArchive(out: string, image: OneLayerImage): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "svclab-oci-"));
  try {
    const blobs = join(folder, "blobs", "sha256");
    await mkdir(blobs, { recursive: true });
    const layerDigest = await sha256OfFile(image.layer);
    await copyFile(image.layer, join(blobs, layerDigest));
    const json = async (content: unknown) => {
      const text = JSON.stringify(content);
      const digest = createHash("sha256").update(text).digest("hex");
      await writeFile(join(blobs, digest), text);
      return { digest: `sha256:${digest}`, size: Buffer.byteLength(text) };
    };
    const config = await json({
      architecture: image.architecture,
      os: "linux",
      config: {
        Env: ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],
        ...(image.entrypoint === undefined ? {} : { Entrypoint: image.entrypoint }),
      },
      rootfs: { type: "layers", diff_ids: [`sha256:${layerDigest}`] },
    });
    const manifest = await json({
      schemaVersion: 2,
      mediaType: `${mediaType}.manifest.v1+json`,
      config: { mediaType: `${mediaType}.config.v1+json`, ...config },
      layers: [
        {
          mediaType: `${mediaType}.layer.v1.tar`,
          digest: `sha256:${layerDigest}`,
          size: (await stat(image.layer)).size,
        },
      ],
    });
    await writeFile(join(folder, "oci-layout"), JSON.stringify({ imageLayoutVersion: "1.0.0" }));
    await writeFile(
      join(folder, "index.json"),
      JSON.stringify({
        schemaVersion: 2,
        manifests: image.names.map((name) => ({
          mediaType: `${mediaType}.manifest.v1+json`,
          ...manifest,
          annotations: { "io.containerd.image.name": name },
        })),
      }),
    );
    await command("tar", ["-C", folder, "-cf", out, "oci-layout", "index.json", "blobs"]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function sha256OfFile(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  return hash.digest("hex");
}

if (import.meta.main) {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { entrypoint: { type: "string" } },
  });
  const [out, layer, ...names] = positionals;
  if (out === undefined || layer === undefined || names.length === 0)
    throw new Error("usage: oci-archive [--entrypoint A,B] OUT.tar LAYER.tar NAME...");
  await writeOciArchive(out, {
    layer,
    names,
    architecture: process.arch === "arm64" ? "arm64" : "amd64",
    ...(values.entrypoint === undefined ? {} : { entrypoint: values.entrypoint.split(",") }),
  });
}
