// The cases of ../conformance, which the helpers in every language pass, and the SDK of CloudEvents on our records.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { CloudEvent, Kafka } from "cloudevents";
import { TRANSFER_TYPE, transferRecord, VerdictsInForce, Verifier } from "tidewaiter-schemas";

async function cases(name) {
  return JSON.parse(await readFile(new URL(`../../conformance/${name}.json`, import.meta.url), "utf8"));
}

const { source, time, cases: transfers } = await cases("transfers");

for (const { name, transfer, wrong } of transfers) {
  test(`a transfer: ${name}`, () => {
    if (wrong !== null) {
      assert.throws(
        () => transferRecord(transfer, source),
        (error) => error instanceof TypeError && error.message.split("\n").some((line) => line.startsWith(wrong + ":")),
      );
      return;
    }
    const record = transferRecord(transfer, source, new Date(time));
    assert.equal(record.key, transfer.id);
    assert.deepEqual(JSON.parse(record.value), transfer);
    assert.equal(record.headers.ce_time, new Date(time).toISOString());
    const event = Kafka.toEvent(record);
    assert.ok(event instanceof CloudEvent && event.validate());
    assert.deepEqual([event.id, event.type, event.source], [transfer.id, TRANSFER_TYPE, source]);
    assert.deepEqual(event.data, transfer);
  });
}

test("a source with spaces is refused", () => {
  assert.throws(() => transferRecord(transfers[0].transfer, "our erp"), /give a name of your system/);
});

for (const { name, steps, state } of await cases("in-force")) {
  test(`verdicts in force: ${name}`, () => {
    const tracker = new VerdictsInForce();
    const taken = steps.map(({ verdict, headers }) => tracker.take(verdict, headers) !== undefined);
    assert.deepEqual(taken, steps.map((step) => step.in_force));
    assert.deepEqual(tracker.state(), state);
    assert.deepEqual(VerdictsInForce.restore(state).state(), state);
  });
}

for (const state of [{ t: [] }, { t: ["no id"] }, { t: null }, { t: [1] }]) {
  test(`a state that is none is refused: ${JSON.stringify(state)}`, () => {
    assert.throws(() => VerdictsInForce.restore(state), /t: is not what/);
  });
}

for (const { name, keys, records, problems } of await cases("chains")) {
  test(`a chain: ${name}`, () => {
    const verifier = new Verifier(keys);
    for (const { value, headers } of records) verifier.take(Buffer.from(value), headers);
    assert.deepEqual([...verifier.problems()], problems);
  });
}

test("headers are also taken as kafkajs gives them", async () => {
  const [{ keys, records }] = await cases("chains");
  const verifier = new Verifier(Buffer.from(keys));
  const [{ value, headers }] = records;
  const given = Object.fromEntries(headers.map(([name, content]) => [name, Buffer.from(content)]));
  assert.ok(verifier.take(Buffer.from(value), given));
  assert.equal(verifier.take(Buffer.from(value), { ...given, chain: [given.chain, given.chain] }), false);
});

test("keys that are none are refused", () => {
  assert.throws(() => new Verifier("nonsense"), /no public key/);
});
