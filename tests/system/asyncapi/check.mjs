// node check.mjs FILE: prints what the reference parser of AsyncAPI says of a document, as JSON.
import { fromFile, Parser } from "@asyncapi/parser";

const { document, diagnostics } = await fromFile(new Parser(), process.argv[2]).parse();
const channels = document?.channels().all().map((channel) => [
  channel.address(),
  channel.messages().all().map((message) => [message.name() ?? null, message.payload()?.title() ?? null]),
]);
console.log(JSON.stringify({
  version: document?.version(),
  channels,
  diagnostics: diagnostics.map(({ severity, code, message, path }) => ({ severity, code, message, path: path.join("/") })),
}));
