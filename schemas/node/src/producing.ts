/** For producers: a transfer as the key, value and headers of a record, checked before it is sent. */

import { Ajv2020, type ErrorObject } from "ajv/dist/2020.js";
import { transferSchema } from "./generated/transfer-schema.js";
import type { TransferEvent } from "./generated/transfer.js";

/** The CloudEvents `type` of a transfer. An event of any other type becomes a dead letter. */
export const TRANSFER_TYPE = "tidewaiter.transfer.v1";

/** A record to be sent, in the form that kafkajs takes. */
export interface TransferRecord {
  key: string;
  value: string;
  headers: Record<string, string>;
}

const MOMENT = /^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?([Zz]|[+-]\d{2}:?\d{2})$/;

const check = new Ajv2020({
  allErrors: true,
  allowUnionTypes: true,
  formats: { "date-time": (text: string) => MOMENT.test(text) },
}).compile<TransferEvent>(transferSchema);

/**
 * Return the record of a transfer.
 *
 * `source` names your system, such as `/erp/hamburg`: the metric of dead letters is by it. `time` is when the event was
 * made, now unless given. Throws a TypeError, with one line for each field that is wrong, for what is no transfer. What
 * a JSON Schema cannot express, such as that a country exists, the worker alone checks.
 */
export function transferRecord(transfer: TransferEvent, source: string, time: Date = new Date()): TransferRecord {
  if (!source || /\s/.test(source)) {
    throw new TypeError(`source ${JSON.stringify(source)}: give a name of your system without spaces, such as /erp`);
  }
  const value = JSON.stringify(transfer);
  // Checked as it is sent: without what JSON leaves out, and with what it makes of a Date or a number.
  const sent: unknown = JSON.parse(value);
  if (!check(sent)) {
    throw new TypeError(`this is no transfer:\n${(check.errors ?? []).map(line).join("\n")}`);
  }
  if (sent.id !== sent.id.trim()) {
    throw new TypeError("this is no transfer:\n/id: has white space around it");
  }
  return {
    key: sent.id,
    value,
    headers: {
      ce_specversion: "1.0",
      ce_id: sent.id,
      ce_source: source,
      ce_type: TRANSFER_TYPE,
      ce_time: time.toISOString(),
      "content-type": "application/json",
    },
  };
}

function line(error: ErrorObject): string {
  const { additionalProperty, missingProperty } = error.params as Record<string, string | undefined>;
  const field = additionalProperty ?? missingProperty;
  return `${error.instancePath}${field === undefined ? "" : `/${field}`}: ${error.message}`;
}
