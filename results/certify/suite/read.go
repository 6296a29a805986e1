package suite

import (
	"errors"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/assay-dev/assay/backends"
	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/results"
	"github.com/assay-dev/assay/workload"
	"github.com/assay-dev/assay/workload/history"
)

// nameRule is what names of suites, stores and workloads are made of: they are parts of
// names of directories.
var nameRule = regexp.MustCompile(`^[a-z0-9][a-z0-9-]*$`)

// variableRule is a URL that the environment holds.
var variableRule = regexp.MustCompile(`^\$[A-Za-z_][A-Za-z0-9_]*$`)

// Read reads the text of a suite file, which file names in errors. An error names the
// line of each key that is unknown and of each value that cannot be right.
func Read(file string, text []byte) (*Suite, error) {
	var document yaml.Node
	if err := yaml.Unmarshal(text, &document); err != nil {
		return nil, fmt.Errorf("%s: %s", file, strings.TrimPrefix(err.Error(), "yaml: "))
	}
	if len(document.Content) == 0 {
		return nil, fmt.Errorf("%s: the suite is empty", file)
	}
	r := &reader{decoder: decoder{file: file}}
	r.read(document.Content[0])
	if err := r.err(); err != nil {
		return nil, err
	}
	return &r.suite, nil
}

// reader reads one suite file.
type reader struct {
	decoder
	suite  Suite
	seeds  []uint64 // of stores that name none
	faults []string // the same
}

func (r *reader) read(root *yaml.Node) {
	var workloads, stores *yaml.Node
	keep := func(into **yaml.Node) func(*yaml.Node) { return func(n *yaml.Node) { *into = n } }
	r.seeds, r.faults = []uint64{1}, []string{None}
	r.mapping(root, "a suite", fields{
		"suite": r.text(&r.suite.Name, "suite"), "about": r.text(&r.suite.About, "about"),
		"workloads": keep(&workloads), "stores": keep(&stores),
		"seeds": r.readSeeds(&r.seeds), "faults": r.list(&r.faults, "faults", checkFaults),
	})
	r.name(root, "suite", r.suite.Name)
	if workloads == nil || stores == nil {
		r.fail(root, "a suite has workloads and stores")
		return
	}
	for _, n := range r.items(workloads, "workloads") {
		r.readWorkload(n)
	}
	for _, n := range r.items(stores, "stores") {
		r.readStore(n)
	}
	if len(r.suite.Stores) == 0 {
		r.fail(stores, "there is no store")
	}
}

func (r *reader) name(at *yaml.Node, what, name string) {
	if !nameRule.MatchString(name) {
		r.fail(at, "the name of the %s is %q: give one of lower-case letters, digits and -", what, name)
	}
}

func (r *reader) readWorkload(n *yaml.Node) {
	w := Workload{Clients: workload.DefaultClients, Keys: workload.DefaultKeys}
	r.mapping(n, "a workload", fields{
		"name": r.text(&w.Name, "name"), "clients": count(&r.decoder, &w.Clients, "clients"), "keys": count(&r.decoder, &w.Keys, "keys"),
		"operations": count(&r.decoder, &w.Operations, "operations"), "time": r.seconds(&w.Seconds, "time"),
		"timeout": r.seconds(&w.TimeoutSeconds, "timeout"),
	})
	r.name(n, "workload", w.Name)
	if _, twice := r.suite.workload(w.Name); twice {
		r.fail(n, "there are two workloads %q", w.Name)
	}
	if (w.Operations > 0) == (w.Seconds > 0) {
		r.fail(n, "workload %q: give one of operations and time", w.Name)
	}
	r.suite.Workloads = append(r.suite.Workloads, w)
}

func (r *reader) readStore(n *yaml.Node) {
	s := Store{Faults: r.faults, Seeds: r.seeds}
	for _, w := range r.suite.Workloads {
		s.Workloads = append(s.Workloads, w.Name)
	}
	var object string
	var relax []string
	var demand *yaml.Node
	r.mapping(n, "a store", fields{
		"name": r.text(&s.Name, "name"), "object": r.text(&object, "object"), "url": r.readURL(&s),
		"relax": r.list(&relax, "relax", checkRelaxation), "demand": func(n *yaml.Node) { demand = n },
		"workloads": r.list(&s.Workloads, "workloads", r.checkWorkload),
		"faults":    r.list(&s.Faults, "faults", checkFaults),
		"seeds":     r.readSeeds(&s.Seeds),
	})
	r.name(n, "store", s.Name)
	if r.suite.Store(s.Name) != nil {
		r.fail(n, "there are two stores %q", s.Name)
	}
	if s.URL == "" {
		r.fail(n, "store %q has no url", s.Name)
	}
	for _, entry := range s.Faults {
		if plan, err := (Cell{Faults: entry}).Plan(); err == nil && plan.CheckStore(s.secret) != nil {
			r.fail(n, "store %q: %v", s.Name, plan.CheckStore(s.secret))
		}
	}
	s.Object = history.Object(object)
	if s.Object != history.Consensus && s.Object != history.Blob {
		r.fail(n, "store %q: its object is %q, and not consensus or blob", s.Name, object)
	}
	s.Relax, _ = location.ParseRelaxations(relax) // each was checked
	s.Relax = append(location.Relaxations{}, s.Relax...)
	r.readDemand(&s, demand)
	if len(s.Workloads) == 0 || len(s.Faults) == 0 || len(s.Seeds) == 0 {
		r.fail(n, "store %q is never run: give it a workload, a seed, and faults or %s", s.Name, None)
	}
	r.suite.Stores = append(r.suite.Stores, s)
}

// readURL reads a store's URL and forgets its secrets but where it is opened.
func (r *reader) readURL(s *Store) func(*yaml.Node) {
	return func(n *yaml.Node) {
		if !scalar(&r.decoder, n, &s.secret, "url", "the URL of a store") {
			return
		}
		if !variableRule.MatchString(s.secret) {
			s.URL = backends.Redact(s.secret)
			return
		}
		s.URL = s.secret
		if s.secret = os.Getenv(s.URL[1:]); s.secret == "" {
			r.fail(n, "url: the environment variable %s is not set", s.URL[1:])
		}
	}
}

// readDemand reads which clauses have to be shown to hold: all, unless there is a list.
func (r *reader) readDemand(s *Store, n *yaml.Node) {
	var known []string
	for _, c := range results.Clauses(s.Object) {
		known = append(known, c.Name)
	}
	s.Demand = known
	if n == nil {
		return
	}
	r.list(&s.Demand, "demand", func(clause string) error {
		if !slices.Contains(known, clause) {
			return fmt.Errorf("unknown clause %q of a %s: known are %s", clause, s.Object, strings.Join(known, ", "))
		}
		return nil
	})(n)
}

// readSeeds reads a list of seeds, or how many: 3 means 1, 2 and 3.
func (r *reader) readSeeds(into *[]uint64) func(*yaml.Node) {
	return func(n *yaml.Node) {
		var seeds []uint64
		if n = resolve(n); n.Kind == yaml.ScalarNode {
			var many int
			count(&r.decoder, &many, "seeds")(n)
			for seed := range min(many, maxSeeds) {
				seeds = append(seeds, uint64(seed)+1)
			}
			if many > maxSeeds {
				r.fail(n, "seeds is %d: give at most %d", many, maxSeeds)
			}
			*into = seeds
			return
		}
		for _, item := range r.items(n, "seeds") {
			var seed uint64
			if scalar(&r.decoder, item, &seed, "a seed", "a whole number from 0 on") && slices.Contains(seeds, seed) {
				r.fail(item, "seed %d stands there twice", seed)
			}
			seeds = append(seeds, seed)
		}
		*into = seeds
	}
}

// maxSeeds is beyond what anybody means.
const maxSeeds = 100_000

func (r *reader) checkWorkload(name string) error {
	if _, known := r.suite.workload(name); !known {
		return fmt.Errorf("there is no workload %q", name)
	}
	return nil
}

func checkFaults(text string) error {
	if text == "" {
		return errors.New("an entry is empty: write " + None)
	}
	_, err := Cell{Faults: text}.Plan()
	return err
}

func checkRelaxation(name string) error {
	_, err := location.ParseRelaxations([]string{name})
	return err
}
