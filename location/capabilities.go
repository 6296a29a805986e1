package location

// Capabilities are what a store declares about itself where the contract leaves a
// choice or a named relaxation exists. A suite asserts each of them both ways:
// declared means that it works, not declared means a clear refusal. The zero
// value of a field is the contract at its strictest.
type Capabilities struct {
	// MaxKeyBytes is the longest key in bytes; 0 means MinMaxKeyBytes.
	MaxKeyBytes int
	// MaxValueBytes is the longest value in bytes; 0 means at least 64 MiB + 1 for a
	// Blob and 10 KiB for a Consensus. A longer one is an invalid argument.
	MaxValueBytes int64
	// NoRestore: deleted values do not come back (relaxation no-restore, B5).
	NoRestore bool
	// InexactDelete: a Delete racing other writes of its key may report a wrong size
	// (relaxation delete-size, B3).
	InexactDelete bool
	// UncountedTruncate: Truncate returns CountUnknown (relaxation truncate-count, C8).
	UncountedTruncate bool
	// StaleReads: Head and Scan may return older versions (relaxation stale-head, C6).
	StaleReads bool
}
