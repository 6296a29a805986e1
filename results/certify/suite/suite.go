// Package suite says what a certification demands: a matrix of stores, workloads, faults
// and seeds, which contract each store is held to, and which share of the matrix one
// machine takes.
package suite

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/workload/history"
)

// None is the name of the faults of a run in which nothing is broken.
const None = "none"

// A Suite is a matrix of runs and what is demanded of them. Its JSON form is part of
// every certificate; it holds no secrets, and so cannot be run.
type Suite struct {
	Name      string     `json:"name"`
	About     string     `json:"about,omitempty"`
	Workloads []Workload `json:"workloads"`
	Stores    []Store    `json:"stores"`
}

// A Workload is what the clients of a run do, and until when.
type Workload struct {
	Name    string `json:"name"`
	Clients int    `json:"clients"`
	Keys    int    `json:"keys"`
	// Operations and Seconds are what the run is limited to; 0 means not by this. One of
	// them is given.
	Operations int64   `json:"operations,omitempty"`
	Seconds    float64 `json:"seconds,omitempty"`
	// TimeoutSeconds is how long a client waits for an operation; 0 means the default.
	TimeoutSeconds float64 `json:"timeout_seconds,omitempty"`
}

// Timeout is how long a client waits for an operation; 0 means the default.
func (w Workload) Timeout() time.Duration {
	return time.Duration(w.TimeoutSeconds * float64(time.Second))
}

// Time is how long the clients work; 0 means without a limit.
func (w Workload) Time() time.Duration { return time.Duration(w.Seconds * float64(time.Second)) }

// A Store is a store that is certified, and how.
type Store struct {
	Name   string         `json:"name"`
	Object history.Object `json:"object"`
	// URL is as it stands in the suite file, without its secrets. One like $NAME stands for
	// what the environment variable NAME holds.
	URL string `json:"url"`
	// Relax are the named exceptions from the contract; every other clause is demanded
	// strictly.
	Relax location.Relaxations `json:"relax"`
	// Demand are the clauses that have to be shown to hold. Others may stay untested.
	Demand    []string `json:"demand"`
	Workloads []string `json:"workloads"`
	// Faults are each what goes wrong in one run, as on the command line, or None.
	Faults []string `json:"faults"`
	Seeds  []uint64 `json:"seeds"`

	secret string // the URL to open, with its secrets
}

// Secret returns the URL to open, with its secrets: never for output or files. It is
// empty in a suite that comes from a certificate.
func (s *Store) Secret() string { return s.secret }

// Sum is the SHA-256 of what the suite demands, however the file is written.
func (s *Suite) Sum() string {
	text, err := json.Marshal(s)
	if err != nil {
		panic(fmt.Sprintf("a suite is always JSON: %v", err)) // it has only plain fields
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// Store returns the store of that name, nil when there is none.
func (s *Suite) Store(name string) *Store {
	for i := range s.Stores {
		if s.Stores[i].Name == name {
			return &s.Stores[i]
		}
	}
	return nil
}

func (s *Suite) workload(name string) (Workload, bool) {
	for _, w := range s.Workloads {
		if w.Name == name {
			return w, true
		}
	}
	return Workload{}, false
}
