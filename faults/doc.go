// Package faults is what goes wrong in a run, and when.
//
// A [Plan] is data: a list of faults, each with what, whom, when and for how long. It is
// read from a file or from the command line and prints itself as the file. A [Nemesis]
// carries it out on a [Target]: it lets an [Injector] break something and take it
// back again, and tells what was seen of it. The kinds of faults are in one table, see
// [Kinds]; all choices are drawn from the run's seed.
package faults
