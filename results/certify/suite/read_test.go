package suite_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/results/certify/suite"
	"github.com/assay-dev/assay/workload/history"
)

const good = `suite: mine
about: A test.
workloads:
  - {name: broad, clients: 3, keys: 4, operations: 100}
  - {name: long, time: 90s, timeout: 500ms}
faults: [none, unreliable]
seeds: 2
stores:
  - name: one
    object: consensus
    url: "mem:"
  - name: two
    object: blob
    url: local:s3
    relax: [no-restore]
    demand: [B1, B5]
    workloads: [long]
    faults: [none, "unreliable=0.2"]
    seeds: [7, 9]
`

func read(t *testing.T, text string) *suite.Suite {
	t.Helper()
	s, err := suite.Read("mine.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestAStoreThatNamesLittleGetsWhatTheSuiteNames(t *testing.T) {
	s := read(t, good)
	one, two := s.Stores[0], s.Stores[1]
	if !slices.Equal(one.Workloads, []string{"broad", "long"}) || !slices.Equal(one.Faults, []string{"none", "unreliable"}) ||
		!slices.Equal(one.Seeds, []uint64{1, 2}) || len(one.Demand) != 8 || len(one.Relax) != 0 {
		t.Errorf("%+v", one)
	}
	if two.Object != history.Blob || !slices.Equal(two.Workloads, []string{"long"}) || !slices.Equal(two.Seeds, []uint64{7, 9}) ||
		!slices.Equal(two.Demand, []string{"B1", "B5"}) || !slices.Equal(two.Relax, location.Relaxations{location.RelaxNoRestore}) {
		t.Errorf("%+v", two)
	}
	if w := s.Workload(s.Cells()[0]); w.Clients != 3 || w.Keys != 4 || w.Operations != 100 || w.Time() != 0 {
		t.Errorf("%+v", w)
	}
	if s.Workloads[1].Seconds != 90 || s.Workloads[1].Timeout() != 500*time.Millisecond || s.Workloads[1].Clients == 0 {
		t.Errorf("%+v", s.Workloads[1])
	}
}

func TestWhatIsWrongIsToldWithItsLine(t *testing.T) {
	for _, c := range []struct{ old, new, want string }{
		{"seeds: 2", "sedes: 2", `mine.yaml:7: unknown key "sedes" in a suite: known are about, faults, seeds, stores, suite, workloads`},
		{"keys: 4", "key: 4", `mine.yaml:4: unknown key "key" in a workload: known are clients, keys, name, operations, time, timeout`},
		{"relax:", "relaxed:", `mine.yaml:15: unknown key "relaxed" in a store`},
		{"seeds: 2", "seeds: 2\nseeds: 3", `mine.yaml:8: key "seeds" stands in line 7 already`},
		{"seeds: 2", "seeds: many", `mine.yaml:7: seeds is "many": give a whole number`},
		{"seeds: 2", "seeds: 0", `mine.yaml:7: seeds is 0: give at least 1`},
		{"seeds: 2", "seeds: 10000000", `mine.yaml:7: seeds is 10000000: give at most`},
		{"[7, 9]", "[7, -9]", `mine.yaml:19: a seed is "-9"`},
		{"[7, 9]", "[7, 7]", `mine.yaml:19: seed 7 stands there twice`},
		{"clients: 3", "clients: 0", `mine.yaml:4: clients is 0: give at least 1`},
		{"clients: 3", "clients: 3.5", `mine.yaml:4: clients is "3.5"`},
		{"clients: 3", "clients: [3]", `mine.yaml:4: clients is a list`},
		{"clients: 3,", "clients: ,", `mine.yaml:4: clients is empty`},
		{"time: 90s", "time: 90", `mine.yaml:5: time is "90": give a length of time`},
		{"time: 90s", "time: 90s, operations: 3", `mine.yaml:5: workload "long": give one of operations and time`},
		{", operations: 100", "", `mine.yaml:4: workload "broad": give one of operations and time`},
		{"name: long", "name: broad", `mine.yaml:5: there are two workloads "broad"`},
		{"name: two", "name: one", `mine.yaml:12: there are two stores "one"`},
		{"name: two", "name: Two Stores", `mine.yaml:12: the name of the store is "Two Stores"`},
		{"  - name: two\n    object", "  - object", `mine.yaml:12: the name of the store is ""`},
		{"object: blob", "object: blobb", `mine.yaml:12: store "two": its object is "blobb"`},
		{"    url: local:s3\n", "", `mine.yaml:12: store "two" has no url`},
		{"local:s3", "$ASSAY_NO_SUCH_VARIABLE", `mine.yaml:14: url: the environment variable ASSAY_NO_SUCH_VARIABLE is not set`},
		{"[no-restore]", "[no-restores]", `mine.yaml:15: relax: unknown relaxation "no-restores": known are`},
		{"[no-restore]", "no-restore", `mine.yaml:15: relax is "no-restore": write a list`},
		{"[B1, B5]", "[B1, C5]", `mine.yaml:16: demand: unknown clause "C5" of a blob: known are B1`},
		{"workloads: [long]", "workloads: [short]", `mine.yaml:17: workloads: there is no workload "short"`},
		{"workloads: [long]", "workloads: []", `mine.yaml:12: store "two" is never run`},
		{`"unreliable=0.2"]`, `"gremlins"]`, `mine.yaml:18: faults: unknown fault "gremlins": known are`},
		{`"unreliable=0.2"]`, `none]`, `mine.yaml:18: faults: "none" stands there twice`},
		{`"unreliable=0.2"]`, `cut-connections]`, `mine.yaml:12: store "two": faults: cut-connections needs`},
		{"suite: mine", "suite: [mine", "mine.yaml: line "},
		{"workloads:\n", "works:\n", "mine.yaml:1: a suite has workloads and stores"},
	} {
		text := strings.Replace(good, c.old, c.new, 1)
		_, err := suite.Read("mine.yaml", []byte(text))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q for %q: %v, which lacks %q", c.new, c.old, err, c.want)
		}
	}
}

func TestOneReadingFindsEverythingThatIsWrong(t *testing.T) {
	text := strings.NewReplacer("clients: 3", "clients: 0", "object: blob", "object: bolb", "seeds: 2", "sedes: 2").Replace(good)
	_, err := suite.Read("mine.yaml", []byte(text))
	if err == nil || strings.Count(err.Error(), "mine.yaml:") < 3 {
		t.Errorf("error %v", err)
	}
}

func TestAnEmptySuiteIsAnError(t *testing.T) {
	for _, text := range []string{"", "# nothing", "[]", "suite: a"} {
		if _, err := suite.Read("mine.yaml", []byte(text)); err == nil {
			t.Errorf("%q is a suite", text)
		}
	}
}

func TestASuiteHoldsNoSecretsButWhereItIsOpened(t *testing.T) {
	t.Setenv("STORE_URL", "postgres://me:s3cret@host/db")
	for _, url := range []string{"postgres://me:s3cret@host/db", "$STORE_URL"} {
		s := read(t, strings.Replace(good, `"mem:"`, url, 1))
		if secret := s.Stores[0].Secret(); secret != "postgres://me:s3cret@host/db" {
			t.Errorf("%s is opened as %q", url, secret)
		}
		if strings.Contains(s.Stores[0].URL, "s3cret") {
			t.Errorf("%s is told as %q", url, s.Stores[0].URL)
		}
	}
}

func TestTheSumOfASuiteHangsOnWhatItDemandsAlone(t *testing.T) {
	first := read(t, good).Sum()
	if again := read(t, "# A comment.\n"+strings.ReplaceAll(good, "seeds: 2", "seeds: [1, 2]")).Sum(); again != first {
		t.Error("another way of writing it has another sum")
	}
	if other := read(t, strings.Replace(good, "keys: 4", "keys: 5", 1)).Sum(); other == first {
		t.Error("another demand has the same sum")
	}
}

func TestTheSuitesThatAreBuiltInAreRight(t *testing.T) {
	for _, name := range []string{"quick", "nightly"} {
		s, err := suite.Load(name)
		if err != nil {
			t.Fatal(err)
		}
		if s.Name != name {
			t.Errorf("suite %s is named %s", name, s.Name)
		}
		for _, store := range s.Stores {
			scheme, _, _ := strings.Cut(store.URL, ":")
			if name == "quick" && !slices.Contains([]string{"mem", "bolt", "file"}, scheme) {
				t.Errorf("quick needs more than Go for %s", store.URL)
			}
		}
	}
	for _, name := range []string{"suite.yaml", "disk.yaml"} {
		if _, err := suite.Load("../../../docs/examples/" + name); err != nil {
			t.Error(err)
		}
	}
	if _, err := suite.Load("slow"); err == nil || !strings.Contains(err.Error(), "quick, nightly") {
		t.Errorf("an unknown suite: %v", err)
	}
}
