/** For consumers: tracks which verdict on each transfer is in force, despite duplicates, late copies and rescreening. */

import type { Verdict } from "./generated/verdict.js";
import { pairs, type Headers } from "./verifying.js";

const MOST_REMEMBERED = 64;
const POSITION = /^([A-Za-z0-9_.-]{1,249}\/\d{1,10})@(\d{1,19}) (\d{1,19})$/;

/**
 * For each transfer, the id in force and then the earlier ids. The id in force is followed by a slash and its base, if it
 * has one, and by a space and its position, if its headers stated one.
 */
export type State = Record<string, string[]>;

interface Known {
  current: string;
  /** The id that the verdict in force would have without dispositions, if that is another one. */
  base: string | undefined;
  seen: Set<string>;
  position: Position | undefined;
}

/** The place of a verdict in the order of those on its transfer: from the header `in-force`. */
interface Position {
  partition: string;
  offset: bigint;
  /** When its rule book was put in force, in microseconds since 1970. */
  adopted: bigint;
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

  /**
   * Return the verdict if it is now in force; undefined if it is a copy or is outdated.
   *
   * Without the headers of the record, a transfer that returns to an earlier version looks like a copy of its verdict
   * then, and a rescreened verdict does not replace one by another version of the engine.
   */
  take(verdict: Verdict, headers: Headers = []): Verdict | undefined {
    const stated = pairs(headers).find(([name]) => name === "in-force")?.[1].toString();
    const position = stated === undefined ? undefined : positionIn(stated);
    const replaced = verdict.rescreening?.replaces ?? [];
    const base = verdict.dispositions?.base;
    let known = this.#transfers.get(verdict.transfer_id);
    let taken: Verdict | undefined = verdict;
    if (known === undefined) {
      known = { current: verdict.id, base, seen: new Set(), position };
      this.#transfers.set(verdict.transfer_id, known);
    } else {
      const later = compared(position, known.position);
      const copy = known.seen.has(verdict.id);
      if (copy && later <= 0) return undefined;
      if (
        later > 0 ||
        (later === 0 &&
          (verdict.rescreening == null ||
            replaced.includes(known.current) ||
            (known.base !== undefined && replaced.includes(known.base))))
      ) {
        known.current = verdict.id;
        known.base = base;
        known.position = position;
      } else {
        taken = undefined; // on a version of the transfer that is no longer the last, or by an older rule book
      }
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
    const entries = [...this.#transfers].map(([transferId, { current, base, seen, position }]): [string, string[]] => [
      transferId,
      [(base === undefined ? current : `${current}/${base}`) + (position ? ` ${text(position)}` : ""), ...seen],
    ]);
    return Object.fromEntries(entries);
  }

  /** Return the object with this state. Throws a TypeError when the state is invalid. */
  static restore(state: State): VerdictsInForce {
    const restored = new VerdictsInForce();
    for (const [transferId, ids] of Object.entries(state)) {
      const [first, ...seen] = Array.isArray(ids) ? ids : [];
      const [identity = "", stated] = typeof first === "string" ? first.split(/ (.*)/s) : [];
      const [current, base, ...more] = identity.split("/");
      const position = stated === undefined ? undefined : positionIn(stated);
      const wrong = stated !== undefined && position === undefined;
      if (![current, ...(base === undefined ? [] : [base]), ...seen].every(isId) || more.length > 0 || wrong) {
        throw new TypeError(`${transferId}: is not what VerdictsInForce.state returns`);
      }
      restored.#transfers.set(transferId, { current: current as string, base, seen: new Set(seen), position });
    }
    return restored;
  }
}

function positionIn(stated: string): Position | undefined {
  const [, partition, offset, adopted] = POSITION.exec(stated) ?? [];
  if (partition === undefined || offset === undefined || adopted === undefined) return undefined;
  return { partition, offset: BigInt(offset), adopted: BigInt(adopted) };
}

function text({ partition, offset, adopted }: Position): string {
  return `${partition}@${offset} ${adopted}`;
}

/** Return whether one is later (1) or earlier (-1) than the other; 0 where the positions do not tell. */
function compared(one: Position | undefined, other: Position | undefined): number {
  if (one === undefined || other === undefined || one.partition !== other.partition) return 0;
  if (one.offset !== other.offset) return one.offset > other.offset ? 1 : -1;
  return one.adopted === other.adopted ? 0 : one.adopted > other.adopted ? 1 : -1;
}

function isId(text: unknown): boolean {
  return typeof text === "string" && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text);
}
