// Package location is the contract of the two storage abstractions that a
// durable system stands on, in Go.
//
//   - [Consensus]: per key a log of versions, moved forward by compare-and-set.
//   - [Blob]: keys to bytes.
//
// Every clause of the contract has a name: T for types, E for errors, I for the
// isolation of callers, C for Consensus, B for Blob. Comments, tests and verdicts
// cite them, so that a failing store is told which promise it broke. The full
// text is docs/contract.md.
//
// Errors say what they leave open: after a [Determinate] error the operation
// certainly did not take effect; after any other it may have, at any time from
// its call on (E1). [Classify] tells them apart.
package location

// LivenessKey is reserved in both stores for a liveness probe (T6): Head or Get
// on it. Workloads never write it.
const LivenessKey = "LIVENESS"
