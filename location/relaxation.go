package location

import (
	"fmt"
	"slices"
	"strings"
)

// A Relaxation is a named exception from the contract, for stores that break a
// clause on purpose or by nature. None is ever applied silently: a run names its
// relaxations, and verdict, report and certificate repeat them.
type Relaxation string

const (
	// RelaxDeleteSize (B3): a Delete racing other writes of its key may report the
	// size of an earlier value, or a size although another delete removed the value.
	RelaxDeleteSize Relaxation = "delete-size"
	// RelaxTruncateCount (C8): the number of deleted versions may be unknown.
	RelaxTruncateCount Relaxation = "truncate-count"
	// RelaxStaleHead (C6): Head and Scan may return an older version, but never go
	// backwards within one client.
	RelaxStaleHead Relaxation = "stale-head"
	// RelaxNoRestore (B5): nothing comes back; Restore succeeds iff the key exists.
	RelaxNoRestore Relaxation = "no-restore"
)

// Relaxations are the exceptions under which a history is judged.
type Relaxations []Relaxation

// AllRelaxations returns every relaxation there is.
func AllRelaxations() Relaxations {
	return Relaxations{RelaxDeleteSize, RelaxTruncateCount, RelaxStaleHead, RelaxNoRestore}
}

// Allow reports whether r is among the relaxations.
func (rs Relaxations) Allow(r Relaxation) bool { return slices.Contains(rs, r) }

// String returns the names, separated by commas.
func (rs Relaxations) String() string {
	names := make([]string, len(rs))
	for i, r := range rs {
		names[i] = string(r)
	}
	return strings.Join(names, ",")
}

// ParseRelaxations reads names as they stand on a command line. An unknown one is
// an error that names the known ones.
func ParseRelaxations(names []string) (Relaxations, error) {
	var rs Relaxations
	for _, name := range names {
		r := Relaxation(name)
		if !AllRelaxations().Allow(r) {
			return nil, fmt.Errorf("unknown relaxation %q: known are %v", name, AllRelaxations())
		}
		if !rs.Allow(r) {
			rs = append(rs, r)
		}
	}
	return rs, nil
}
