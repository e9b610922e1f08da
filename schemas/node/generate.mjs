// Writes src/generated/: the types of the contract, and the schema that transfers are checked with, from ../json. Copies
// the licence into dist/, which is what is published.
import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { compile } from "json-schema-to-typescript";

const target = new URL("src/generated/", import.meta.url);

async function published(name) {
  return JSON.parse(await readFile(new URL(`../json/${name}.schema.json`, import.meta.url), "utf8"));
}

// The generator makes a named type of each title. Only those of objects and enumerations are names of types.
function withNames(schema) {
  if (Array.isArray(schema)) return schema.map(withNames);
  if (schema === null || typeof schema !== "object") return schema;
  const named = "properties" in schema || "enum" in schema;
  const entries = Object.entries(schema).filter(([key, value]) => key !== "title" || typeof value !== "string" || named);
  return Object.fromEntries(entries.map(([key, value]) => [key, withNames(value)]));
}

await mkdir(target, { recursive: true });
for (const [name, title] of [["transfer", "TransferEvent"], ["verdict", "Verdict"]]) {
  const types = await compile(withNames(await published(name)), title, {
    additionalProperties: name === "verdict",
    ignoreMinAndMaxItems: true,
    bannerComment: `// Generated from ${name}.schema.json. Do not edit.`,
  });
  await writeFile(new URL(`${name}.ts`, target), types);
}
const schema = JSON.stringify(await published("transfer"));
await writeFile(
  new URL("transfer-schema.ts", target),
  `// Generated from transfer.schema.json. Do not edit.\nexport const transferSchema: object = ${schema};\n`,
);

const dist = new URL("dist/", import.meta.url);
await mkdir(dist, { recursive: true });
for (const name of ["LICENSE", "NOTICE"]) {
  await copyFile(new URL(`../${name}`, import.meta.url), new URL(name, dist));
}
