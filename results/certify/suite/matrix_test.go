package suite_test

import (
	"fmt"
	"testing"

	"github.com/assay-dev/assay/results/certify/suite"
)

func TestEveryStoreComesBeforeTheSecondSeed(t *testing.T) {
	cells := read(t, good).Cells()
	if len(cells) != 2*2*2+1*2*2 {
		t.Fatalf("%d cells", len(cells))
	}
	for i, c := range cells {
		first := c.Seed == 1 || c.Seed == 7
		if first != (i < 6) {
			t.Errorf("cell %d is %v", i, c)
		}
	}
}

func TestCellsHaveNamesOfDirectoriesOfTheirOwn(t *testing.T) {
	seen := map[string]suite.Cell{}
	for _, c := range []suite.Cell{
		{Store: "a", Workload: "b", Faults: "none", Seed: 1}, {Store: "a", Workload: "b", Faults: "none", Seed: 11},
		{Store: "a", Workload: "b", Faults: "kill after 1s", Seed: 1}, {Store: "a", Workload: "b", Faults: "kill/after/1s", Seed: 1},
		{Store: "a", Workload: "b", Faults: "unreliable=0.3", Seed: 1}, {Store: "a-b", Workload: "b", Faults: "none", Seed: 1},
	} {
		id := c.ID()
		if other, twice := seen[id]; twice {
			t.Errorf("%v and %v are both %s", c, other, id)
		}
		seen[id] = c
		for _, r := range id {
			if r == '/' || r == ' ' {
				t.Errorf("%v is %q", c, id)
			}
		}
	}
}

func TestSharesAreTheMatrixAndAboutAsLongAsEachOther(t *testing.T) {
	for _, name := range []string{"quick", "nightly"} {
		s, err := suite.Load(name)
		if err != nil {
			t.Fatal(err)
		}
		all := s.Cells()
		for _, n := range []int{1, 2, 3, 7} {
			seen := map[string]int{}
			least, most := len(all), 0
			for i := range n {
				share := s.Share(suite.Shard{Index: i, Count: n})
				least, most = min(least, len(share)), max(most, len(share))
				for _, c := range share {
					seen[c.ID()]++
				}
			}
			if len(seen) != len(all) {
				t.Errorf("%s in %d: %d of %d cells", name, n, len(seen), len(all))
			}
			for id, times := range seen {
				if times != 1 {
					t.Errorf("%s in %d: %s is in %d shares", name, n, id, times)
				}
			}
			if most-least > len(all)/5+1 {
				t.Errorf("%s in %d: from %d to %d cells", name, n, least, most)
			}
		}
	}
}

func TestAShareIsTheSameEachTime(t *testing.T) {
	shard := suite.Shard{Index: 1, Count: 3}
	if a, b := fmt.Sprint(read(t, good).Share(shard)), fmt.Sprint(read(t, good).Share(shard)); a != b {
		t.Errorf("%s and %s", a, b)
	}
}

func TestShardsAreCountedFromZero(t *testing.T) {
	for _, text := range []string{"0/1", "0/4", "3/4"} {
		if s, err := suite.ParseShard(text); err != nil || s.String() != text {
			t.Errorf("%s: %v, %v", text, s, err)
		}
	}
	for _, text := range []string{"", "1", "4/4", "-1/4", "1/0", "a/b", "1/4/2", "1/"} {
		if s, err := suite.ParseShard(text); err == nil {
			t.Errorf("%q is %v", text, s)
		}
	}
}

func TestALongRunDoesNotComeOnTopOfAShare(t *testing.T) {
	text := "suite: uneven\nstores: [{name: a, object: blob, url: 'mem:'}]\nworkloads:\n"
	for i := range 10 {
		text += fmt.Sprintf("- {name: short-%d, time: 10s}\n", i)
	}
	s := read(t, text+"- {name: long, time: 100s}\n")
	for i := range 2 {
		seconds := 0.0
		for _, c := range s.Share(suite.Shard{Index: i, Count: 2}) {
			seconds += s.Workload(c).Seconds
		}
		if seconds < 90 || seconds > 110 {
			t.Errorf("shard %d takes %v of 200 s", i, seconds)
		}
	}
}
