// Package history is what clients saw of a store: operations, their recording and
// their file format.
//
// A history file holds JSON lines, under zstd when its name ends in .zst. The first
// line is the [Header], each further one an [Operation] or a [Fault]; lines come in
// any order. Unknown keys are ignored. Times are nanoseconds since the start of the
// run on one monotonic clock. The fields are listed in docs/history.md.
package history
