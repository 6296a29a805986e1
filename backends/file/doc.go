// Package file keeps a Blob in a directory of a local file system, safe against
// crashes of processes and of the machine, for any number of processes at a time.
//
//	file:///absolute/directory
//
// Parameters: sync=false leaves out every fsync and with it the safety against crashes
// of the machine, for experiments; restore=false keeps no deleted values.
//
// # Layout
//
//	keys/K/=value     the value of key K, its bytes and nothing else
//	keys/K/=deleted   the value deleted last; it counts only while there is no =value
//	keys/K/=lock      locked while something is asked of K; tells whether K is durable
//	tmp/H/…           values being written by the handle H
//
// K is the key in an encoding that every file system keeps as it is; a long one is cut
// into a chain of directories. A key's directory stays when its value goes. So the
// directories under keys never change their names while they are listed, and whether
// a key is there, and with what size, is one look at its =value.
//
// # Why a crash does no harm
//
// Each write is one rename, which a file system does whole or not at all: Set moves a
// temporary file, written and synced, to =value; Delete moves =value to =deleted;
// Restore moves it back. Before it the operation has no effect, and a failure then is
// determinate. After it the effect is visible, and the directory is synced before the
// operation is answered. A crash in between is an operation without an answer, which
// may have happened or not.
//
// What is visible but not yet durable is not shown to anybody, for a value that was
// read must not be gone after a crash. Writers hold the key's lock exclusively until
// the directory is synced, readers share it. A writer that dies in between, or whose
// sync fails, leaves the lock marked as unclean; whoever locks it next syncs the
// directory, and those above it, before going on. A new lock is unclean, which makes a
// key's directories durable at its first use.
//
// The locks are flock(2): they end with the process that held them, and hold between
// processes of one machine, not across a network. A temporary file that a dead process
// left behind was never visible; the next handle that is opened removes it.
package file
