// Package certificate is what a certification comes to: for each store and each clause
// of the contract whether it holds, and every run that this rests on, with the sums of
// its files.
package certificate

import (
	"runtime"
	"time"

	"github.com/assay-dev/assay/checker"
	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/results"
	"github.com/assay-dev/assay/results/certify/coverage"
	"github.com/assay-dev/assay/results/certify/suite"
	"github.com/assay-dev/assay/results/evidence"
	"github.com/assay-dev/assay/workload/history"
)

// Format is the version of the file format.
const Format = 1

// A Certificate is the content of certificate.json.
type Certificate struct {
	Format int `json:"assay_certificate"`
	// Suite is what was demanded, and SuiteSum its SHA-256.
	Suite    suite.Suite `json:"suite"`
	SuiteSum string      `json:"suite_sha256"`
	// Shard is the share of the matrix that this is about; absent for the whole.
	Shard *suite.Shard `json:"shard,omitempty"`
	// Made is when it was issued, in UTC.
	Made time.Time `json:"made"`
	// Verdict is the worst of all runs, and insufficient where they are all valid and
	// something demanded is missing all the same: Reasons say what.
	Verdict checker.Verdict `json:"verdict"`
	Reasons []string        `json:"reasons"`
	// Statement says it in two words.
	Statement string `json:"statement"`
	// Stores are what was found, in the order of the suite.
	Stores []Store `json:"stores"`
	// Runs are those that were carried out, in the order of the matrix, and Left the IDs
	// of those that were not.
	Runs []Run    `json:"runs"`
	Left []string `json:"left"`
	// Files are the SHA-256 of the certificate's other forms, by name.
	Files map[string]string `json:"files"`
	// Seal is the SHA-256 of this file while the seal is empty. It tells of damage; that the
	// content is right, only the files of the runs show.
	Seal string `json:"seal"`
}

// A Store is what was found of one store.
type Store struct {
	Name    string         `json:"name"`
	Object  history.Object `json:"object"`
	URL     string         `json:"url"`
	Version []string       `json:"version"` // of its software, as far as it tells
	Clauses []Clause       `json:"clauses"`
}

// A Standing is how a clause stands with a store.
type Standing string

// The standings, from best to worst.
const (
	Strict   Standing = "strict"   // every run is valid, and it was put to the test
	Relaxed  Standing = "relaxed"  // the same, under relaxations that bear on it
	Untested Standing = "untested" // every run is valid, but it was not put to the test
	Open     Standing = "open"     // not seen broken, but not every run is valid
	Broken   Standing = "broken"   // a run shows that it is not kept
)

// A Clause is what was found of one clause.
type Clause struct {
	Name     string   `json:"clause"`
	Demanded bool     `json:"demanded"`
	Standing Standing `json:"standing"`
	// Relaxations are those under which it holds.
	Relaxations location.Relaxations `json:"relaxations,omitempty"`
	// Why says what is in the way where it does not hold.
	Why string `json:"why,omitempty"`
	// Exercised is how often each side of it was put to the test, over all runs.
	Exercised []coverage.Facet `json:"exercised"`
	// Runs are the IDs of the runs that this rests on: those that broke it, or all of the
	// store's.
	Runs []string `json:"runs"`
}

// A Run is one run of the matrix.
type Run struct {
	ID string `json:"id"`
	suite.Cell
	// Dir is the run's directory, from that of the certificate; with slashes.
	Dir         string               `json:"dir"`
	Object      history.Object       `json:"object"`
	URL         string               `json:"url"`
	Relaxations location.Relaxations `json:"relaxations"`
	Started     time.Time            `json:"started"`
	Assay       string               `json:"assay"` // versions
	Go          string               `json:"go"`
	Software    string               `json:"software,omitempty"` // of the store
	Machine     Machine              `json:"machine"`
	Verdict     checker.Verdict      `json:"verdict"`
	Reason      string               `json:"reason,omitempty"`
	Operations  int                  `json:"operations"`
	Outcomes    results.Outcomes     `json:"outcomes"`
	RunSeconds  float64              `json:"run_seconds"`
	Conflicts   evidence.Conflicts   `json:"conflicts"`
	Unknown     evidence.Unknown     `json:"unknown_writes"`
	Effects     []Effect             `json:"effects"` // of the faults
	Violations  []Violation          `json:"violations"`
	Exercised   []coverage.Facet     `json:"exercised"`
	// Files are the SHA-256 of the run's files, by name.
	Files map[string]string `json:"files"`
}

// A Machine is what a run ran on.
type Machine struct {
	OS        string `json:"os"`
	Arch      string `json:"arch"`
	Cores     int    `json:"cores"`
	Kernel    string `json:"kernel,omitempty"`
	Processor string `json:"processor,omitempty"`
}

// ThisMachine describes the machine.
func ThisMachine() Machine {
	return Machine{
		OS: runtime.GOOS, Arch: runtime.GOARCH, Cores: runtime.NumCPU(), Kernel: kernel(), Processor: processor(),
	}
}

// An Effect sums up what the faults of one name were seen to do in a run.
type Effect struct {
	Fault string `json:"fault"`
	// Times is how often it was begun; Felt, how often it was seen to have an effect;
	// Healed, how often it was healed.
	Times  int `json:"times"`
	Felt   int `json:"felt"`
	Healed int `json:"healed"`
	// Writes are those in flight where it began or ended, together.
	Writes int `json:"writes_in_flight"`
	// First is the first effect that was seen.
	First string `json:"first,omitempty"`
}

// A Violation sums up the keys of a run on which a clause was broken.
type Violation struct {
	Clause string `json:"clause"`
	Keys   int    `json:"keys"`
	// Explanation is that of the first key.
	Explanation string `json:"explanation"`
}

// NewRun describes the run of a cell by what it left behind. Its machine, directory and
// files are the caller's to add.
func NewRun(cell suite.Cell, run results.Run, r results.Result, exercised []coverage.Facet) Run {
	return Run{
		ID: cell.ID(), Cell: cell, Object: r.Object, URL: r.Store, Relaxations: append(location.Relaxations{}, run.Relaxations...),
		Started: run.Started, Assay: run.Versions.Assay, Go: run.Versions.Go, Software: run.Versions.Store,
		Verdict: r.Verdict, Reason: r.Reason, Operations: r.Operations, Outcomes: r.Outcomes, RunSeconds: r.RunSeconds,
		Conflicts: r.Evidence.Conflicts, Unknown: r.Evidence.Unknown,
		Effects: effects(r.Evidence.Faults), Violations: violations(r.Violations), Exercised: exercised, Files: map[string]string{},
	}
}

func effects(faults []evidence.Fault) []Effect {
	sums := []Effect{}
	at := map[string]int{}
	for _, f := range faults {
		name := f.Name
		if f.Target != "" {
			name += " of " + f.Target
		}
		if _, known := at[name]; !known {
			at[name] = len(sums)
			sums = append(sums, Effect{Fault: name})
		}
		sum := &sums[at[name]]
		sum.Times++
		if f.Healed {
			sum.Healed++
		}
		if f.Effect != "" {
			sum.Felt++
		}
		if sum.First == "" {
			sum.First = f.Effect
		}
		if f.AtWork {
			sum.Writes += f.WritesAtStart + f.WritesAtEnd
		}
	}
	return sums
}

func violations(found []results.Violation) []Violation {
	sums := []Violation{}
	at := map[string]int{}
	for _, v := range found {
		if _, known := at[v.Clause]; !known {
			at[v.Clause] = len(sums)
			sums = append(sums, Violation{Clause: v.Clause, Explanation: v.Explanation})
		}
		sums[at[v.Clause]].Keys++
	}
	return sums
}
