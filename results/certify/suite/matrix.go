package suite

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/assay-dev/assay/backends/local"
	"github.com/assay-dev/assay/faults"
)

// A Cell is one run of the matrix.
type Cell struct {
	Store    string `json:"store"`
	Workload string `json:"workload"`
	Faults   string `json:"faults"` // as on the command line, or None
	Seed     uint64 `json:"seed"`
}

func (c Cell) String() string {
	return fmt.Sprintf("%s · %s · %s · seed %d", c.Store, c.Workload, c.Faults, c.Seed)
}

// unfit are the letters that do not go into a name of a directory.
var unfit = regexp.MustCompile(`[^A-Za-z0-9.=,_-]`)

// ID names the run: the name of its directory. Different cells have different ones.
func (c Cell) ID() string {
	faults := c.Faults
	if len(faults) > 60 || unfit.MatchString(faults) {
		sum := sha256.Sum256([]byte(faults))
		faults = hex.EncodeToString(sum[:6])
	}
	return strings.Join([]string{c.Store, c.Workload, faults, strconv.FormatUint(c.Seed, 10)}, ".")
}

// Plan returns the faults of the cell.
func (c Cell) Plan() (faults.Plan, error) { return faults.Parse(c.specs()) }

// specs are the faults as they stand on the command line.
func (c Cell) specs() []string {
	if c.Faults == None {
		return nil
	}
	return strings.Split(c.Faults, ",")
}

// Cells returns the whole matrix, in the order in which it is run: every store with
// every workload and fault first, and then again with the next seed. So little time
// already shows something of everything.
func (s *Suite) Cells() []Cell {
	var cells []Cell
	for round := 0; ; round++ {
		before := len(cells)
		for i := range s.Stores {
			cells = append(cells, s.Stores[i].round(round)...)
		}
		if len(cells) == before {
			return cells
		}
	}
}

// round returns the cells of a store with its seed number n.
func (s *Store) round(n int) (cells []Cell) {
	if n >= len(s.Seeds) {
		return nil
	}
	for _, workload := range s.Workloads {
		for _, entry := range s.Faults {
			cells = append(cells, Cell{Store: s.Name, Workload: workload, Faults: entry, Seed: s.Seeds[n]})
		}
	}
	return cells
}

// Workload returns what the clients of a cell do.
func (s *Suite) Workload(c Cell) Workload {
	w, _ := s.workload(c.Workload)
	return w
}

// What a run is thought to cost, to balance shares. No time is promised.
const (
	operationsPerSecond = 2000
	secondsToStart      = 1
	secondsOfAServer    = 4
)

// cost estimates a cell, in seconds.
func (s *Suite) cost(c Cell) float64 {
	w, store := s.Workload(c), s.Store(c.Store)
	cost := secondsToStart + w.Seconds + float64(w.Operations)/operationsPerSecond
	if local.Is(store.URL) {
		cost += secondsOfAServer
	}
	return cost
}

// A Shard is a share of a matrix: that of machine Index, from 0 on, of Count. The zero
// Shard is the whole.
type Shard struct {
	Index int `json:"index"`
	Count int `json:"count"`
}

// ParseShard reads "i/n".
func ParseShard(text string) (Shard, error) {
	index, count, _ := strings.Cut(text, "/")
	i, err := strconv.Atoi(index)
	n, err2 := strconv.Atoi(count)
	if err := cmp.Or(err, err2); err != nil || n < 1 || i < 0 || i >= n {
		return Shard{}, fmt.Errorf("shard %q: give i/n, with i from 0 to n-1: 0/4 is the first of four", text)
	}
	return Shard{i, n}, nil
}

func (s Shard) String() string { return fmt.Sprintf("%d/%d", s.Index, s.Count) }

// Whole reports whether s is all of the matrix.
func (s Shard) Whole() bool { return s.Count <= 1 }

// Share returns the shard's cells, in the order of the matrix. The shares depend on the
// suite alone, have no cell in common, together are the matrix, and are about as long
// as each other: each cell, the longest first, goes to the machine with the least to do.
func (s *Suite) Share(shard Shard) []Cell {
	cells := s.Cells()
	if shard.Whole() {
		return cells
	}
	longest := slices.Clone(cells)
	slices.SortStableFunc(longest, func(a, b Cell) int { return cmp.Compare(s.cost(b), s.cost(a)) })
	load := make([]float64, shard.Count)
	var mine []Cell
	for _, c := range longest {
		least := 0
		for i := range load {
			if load[i] < load[least] {
				least = i
			}
		}
		load[least] += s.cost(c)
		if least == shard.Index {
			mine = append(mine, c)
		}
	}
	return slices.DeleteFunc(cells, func(c Cell) bool { return !slices.Contains(mine, c) })
}
