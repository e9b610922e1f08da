// A producer and a consumer with kafkajs, which the tests run on Apache Kafka.
//   node kafka-client.mjs produce BROKER TOPIC < transfers: a line each; those from /sdk are made by the SDK
//   node kafka-client.mjs consume BROKER TOPIC COUNT PUBLIC_KEY: prints verdicts in force, a line each, and the problems
import { readFile } from "node:fs/promises";
import { createInterface } from "node:readline/promises";
import { CloudEvent, Kafka as Binding } from "cloudevents";
import { Kafka, logLevel } from "kafkajs";
import { TRANSFER_TYPE, transferRecord, VerdictsInForce, Verifier } from "tidewaiter-schemas";

const [command, broker, topic, count, publicKey] = process.argv.slice(2);
const kafka = new Kafka({ brokers: [broker], clientId: "tests", logLevel: logLevel.ERROR });

async function produce() {
  const producer = kafka.producer();
  await producer.connect();
  for await (const line of createInterface({ input: process.stdin })) {
    const transfer = JSON.parse(line);
    await producer.send({ topic, messages: [transferRecord(transfer, "/helper"), bySdk(transfer)] });
  }
  await producer.disconnect();
}

function bySdk(transfer) {
  const data = { ...transfer, id: `${transfer.id}-sdk` };
  const event = new CloudEvent({ id: data.id, type: TRANSFER_TYPE, source: "/sdk", data });
  const { headers, body } = Binding.binary(event);
  // The SDK leaves attributes without a value among the headers, which kafkajs refuses.
  const set = Object.entries(headers).filter(([, value]) => value !== undefined);
  return { key: data.id, value: JSON.stringify(body), headers: Object.fromEntries(set) };
}

async function consume() {
  const consumer = kafka.consumer({ groupId: "node-tests", sessionTimeout: 10_000 });
  const inForce = new VerdictsInForce();
  const verifier = new Verifier(await readFile(publicKey));
  let left = Number(count);
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await new Promise((done, failed) => {
    consumer.on(consumer.events.CRASH, ({ payload }) => failed(payload.error));
    consumer
      .run({
        eachMessage: async ({ message }) => {
          verifier.take(message.value, message.headers);
          const verdict = inForce.take(JSON.parse(message.value.toString()), message.headers);
          if (verdict === undefined || left === 0) return;
          console.log(JSON.stringify({ id: verdict.transfer_id, decision: verdict.decision }));
          if (--left === 0) done();
        },
      })
      .catch(failed);
  });
  console.log(JSON.stringify({ problems: [...verifier.problems()] }));
  await consumer.disconnect();
}

await (command === "produce" ? produce() : consume());
