/** For consumers and auditors: check signatures and the chain of verdicts. This file needs only Node. */

import { createHash, createPublicKey, verify, type KeyObject } from "node:crypto";

export const VERDICT_TYPE = "tidewaiter.verdict.v1";

type Content = Uint8Array | string | null | undefined;

/** The headers of a record, as kafkajs gives them or as pairs. */
export type Headers = Iterable<readonly [string, Content]> | Record<string, Content | Content[]>;

interface Link {
  offset: bigint;
  before: string;
}

const BEGINNING = "0".repeat(64);
const CHAIN = /^([\w.-]+\/\d{1,10})@(\d{1,19}) ([0-9a-f]{64}) ([0-9a-f]{64})(?: .*)?$/;
const PEM = /-----BEGIN PUBLIC KEY-----[^-]+-----END PUBLIC KEY-----/g;

/**
 * Takes verdicts in any order and tells what is wrong with them.
 *
 * `keys` are the trusted public keys in PEM, one after another. Without any, signatures are not asked for. It keeps two
 * links of each verdict. Signatures show that a worker with a trusted key wrote a verdict, in its place. The chain shows
 * that none between the first and the last one that was read is missing or changed.
 */
export class Verifier {
  readonly #keys = new Map<string, KeyObject>();
  readonly #links = new Map<string, Map<string, Link>>();
  readonly #problems: string[] = [];

  constructor(keys: string | Uint8Array = "") {
    const text = typeof keys === "string" ? keys : Buffer.from(keys).toString("latin1");
    for (const [block] of text.matchAll(PEM)) {
      const key = createPublicKey(block);
      if (key.asymmetricKeyType !== "ed25519") throw new TypeError("a key is not an Ed25519 key");
      this.#keys.set(sha256(key.export({ type: "spki", format: "der" })).slice(0, 16), key);
    }
    if (text && this.#keys.size === 0) throw new TypeError("there is no public key in PEM");
  }

  /** Check one verdict. Return whether its link and signature are right; `problems` says what is not. */
  take(value: Uint8Array, headers: Headers): boolean {
    const all = pairs(headers);
    const found = all.filter(([name, content]) => name === "chain" && content.length > 0);
    const read = found.length === 1 ? CHAIN.exec(found[0]![1].toString()) : null;
    if (read === null) return this.#wrong(`a verdict (${sha256(value).slice(0, 12)}…) has no link`);
    const [, chain, offset, before, link] = read as unknown as [string, string, string, string, string];
    const place = `${chain}@${BigInt(offset)}`;
    if (sha256(`${VERDICT_TYPE}\n${place}\n${before}\n${sha256(value)}`) !== link) {
      return this.#wrong(`${place}: the verdict was changed, or moved: its link is not that of its content`);
    }
    if (!this.#links.has(chain)) this.#links.set(chain, new Map());
    this.#links.get(chain)!.set(link, { offset: BigInt(offset), before });
    if (this.#keys.size > 0 && this.signer(value, all) === undefined) {
      return this.#wrong(`${place}: no trusted key has signed the verdict`);
    }
    return true;
  }

  /** Return the id of the trusted key that signed a verdict; undefined when none did. */
  signer(value: Uint8Array, headers: Headers): string | undefined {
    const all = pairs(headers);
    const newline = Buffer.from("\n");
    const links = ["chain", "in-force"].flatMap((covering) => {
      const found = all.find(([name, content]) => name === covering && content.length > 0);
      return found === undefined ? [] : [found[1], newline];
    });
    const covered = Buffer.concat([Buffer.from(VERDICT_TYPE), newline, ...links, value]);
    for (const [name, content] of all) {
      if (name !== "signature") continue;
      const [algorithm, identity = "", encoded = ""] = content.toString().split(" ");
      const key = this.#keys.get(identity);
      if (algorithm !== "ed25519" || key === undefined) continue;
      const signature = Buffer.from(encoded, "base64");
      // Buffer skips what is not base64, which would let one signature be written in many ways.
      if (signature.toString("base64") === encoded && verify(null, covered, key, signature)) return identity;
    }
    return undefined;
  }

  /** Yield what is wrong, in words: first with single verdicts, then where some are missing between others. */
  *problems(): Generator<string> {
    yield* this.#problems;
    for (const [chain, links] of [...this.#links].sort(([one], [other]) => (one < other ? -1 : 1))) {
      const inOrder = [...links.values()].sort((one, other) =>
        one.offset !== other.offset ? (one.offset < other.offset ? -1 : 1) : one.before < other.before ? -1 : 1,
      );
      for (const { offset, before } of inOrder) {
        if (before !== BEGINNING && !links.has(before) && offset !== inOrder[0]!.offset) {
          yield `${chain}@${offset}: the verdict before it is missing`;
        }
      }
    }
  }

  #wrong(problem: string): boolean {
    this.#problems.push(problem);
    return false;
  }
}

function sha256(content: Uint8Array | string): string {
  return createHash("sha256").update(content).digest("hex");
}

/** Return the headers as pairs of name and content, in their order. */
export function pairs(headers: Headers): [string, Buffer][] {
  const entries: Iterable<readonly [string, Content | Content[]]> =
    Symbol.iterator in headers ? (headers as Iterable<readonly [string, Content]>) : Object.entries(headers);
  return [...entries].flatMap(([name, contents]) =>
    (Array.isArray(contents) ? contents : [contents]).map((content): [string, Buffer] => [
      name,
      Buffer.from(content ?? ""),
    ]),
  );
}
