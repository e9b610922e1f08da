/** For consumers: tracks which verdict on each transfer is in force, despite duplicates, late copies and rescreening. */

import type { Verdict } from "./generated/verdict.js";

const MOST_REMEMBERED = 64;

/** For each transfer, the id in force (with a slash and its base, if it has one) and then the earlier ids. */
export type State = Record<string, string[]>;

interface Known {
  current: string;
  /** The id that the verdict in force would have without dispositions, if that is another one. */
  base: string | undefined;
  seen: Set<string>;
}

/**
 * Remembers which verdict is in force for each transfer. It stores only ids, some hundred bytes per transfer.
 *
 * Call `take` for the verdicts of a partition in their order. To survive a restart, store `state` with the offsets that
 * you commit, and pass it to `restore`. The state is that of the clients in other languages.
 */
export class VerdictsInForce {
  readonly #transfers = new Map<string, Known>();

  get size(): number {
    return this.#transfers.size;
  }

  /** Return the id of the verdict in force; undefined for a transfer without a verdict so far. */
  idOf(transferId: string): string | undefined {
    return this.#transfers.get(transferId)?.current;
  }

  /** Return the verdict if it is now in force; undefined if it is a copy or is outdated. */
  take(verdict: Verdict): Verdict | undefined {
    const replaced = verdict.rescreening?.replaces ?? [];
    const base = verdict.dispositions?.base;
    let known = this.#transfers.get(verdict.transfer_id);
    let taken: Verdict | undefined = verdict;
    if (known === undefined) {
      known = { current: verdict.id, base, seen: new Set() };
      this.#transfers.set(verdict.transfer_id, known);
    } else if (known.seen.has(verdict.id)) {
      return undefined;
    } else if (
      verdict.rescreening == null ||
      replaced.includes(known.current) ||
      (known.base !== undefined && replaced.includes(known.base))
    ) {
      known.current = verdict.id;
      known.base = base;
    } else {
      taken = undefined; // on a version of the transfer that is no longer the last
    }
    for (const id of [...replaced, verdict.id]) known.seen.add(id);
    for (const id of known.seen) {
      if (known.seen.size <= MOST_REMEMBERED) break;
      known.seen.delete(id);
    }
    return taken;
  }

  /** Forget transfers for which no more verdicts are expected. */
  forget(transferIds: Iterable<string>): void {
    for (const id of transferIds) this.#transfers.delete(id);
  }

  /** Return the state as JSON values. */
  state(): State {
    const entries = [...this.#transfers].map(([transferId, { current, base, seen }]): [string, string[]] => [
      transferId,
      [base === undefined ? current : `${current}/${base}`, ...seen],
    ]);
    return Object.fromEntries(entries);
  }

  /** Return the object with this state. Throws a TypeError when the state is invalid. */
  static restore(state: State): VerdictsInForce {
    const restored = new VerdictsInForce();
    for (const [transferId, ids] of Object.entries(state)) {
      const [first, ...seen] = Array.isArray(ids) ? ids : [];
      const [current, base, ...more] = typeof first === "string" ? first.split("/") : [];
      if (![current, ...(base === undefined ? [] : [base]), ...seen].every(isId) || more.length > 0) {
        throw new TypeError(`${transferId}: is not what VerdictsInForce.state returns`);
      }
      restored.#transfers.set(transferId, { current: current as string, base, seen: new Set(seen) });
    }
    return restored;
  }
}

function isId(text: unknown): boolean {
  return typeof text === "string" && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text);
}
