// Package bolt keeps a Consensus in one file, on go.etcd.io/bbolt.
//
//	bolt:///absolute/file
//
// Parameters: sync=false leaves out the fsyncs and with them the safety against crashes
// of the machine, for experiments.
//
// One bucket holds everything. A version stands at its key, a NUL, which no key
// contains, and its number, big-endian: so the versions of a key are neighbours in
// ascending order, and the last one is the head. No head is ever deleted, so that the
// keys that have a version are the keys that were ever created.
//
// Each operation is one transaction of bbolt. Only what changes something is
// committed, each change for itself: bbolt's Batch would put several operations into
// one transaction, and run them again when one of them fails. Writes therefore come
// as fast as the disk syncs, one after the other.
//
// A bbolt transaction is visible to readers a moment before its last fsync. Since what
// was read must not be gone after a crash, readers wait while a commit is under way,
// and after a failed one, or at the opening of a file that somebody may have left in
// the middle of one, another is made, without changes, before anybody looks: a mere sync
// may succeed although what an earlier one failed on is lost.
//
// One process at a time may have a file open: bbolt locks it. Handles of this process
// share what is open.
package bolt
