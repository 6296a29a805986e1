// Package faults is what goes wrong in a run, and when. A [Plan] says which faults a
// run asks for; each fault has a type of its own.
//
// The mildest is [Unreliable], a wrapper around any store that loses operations,
// answers, or both, and lets some take effect after their error was returned.
// All draws come from a seed.
package faults
