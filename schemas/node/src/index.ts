export type * from "./generated/transfer.js";
export type { Decision, Evidence, Finding, Verdict } from "./generated/verdict.js";
export { VerdictsInForce, type State } from "./in-force.js";
export { TRANSFER_TYPE, transferRecord, type TransferRecord } from "./producing.js";
export { VERDICT_TYPE, Verifier, type Headers } from "./verifying.js";
