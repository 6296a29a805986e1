package serve

import (
	"fmt"
	"net/http"
	"path"
	"slices"
	"strings"

	"github.com/assay-dev/assay/results"
	"github.com/assay-dev/assay/results/report"
)

// compareView is two runs side by side.
type compareView struct {
	Sides [2]*runView
	Rows  []row
	Plots []plot
}

// A row is one thing that is said of both runs.
type row struct {
	Name   string
	Sides  [2]string
	Differ bool
}

// A plot is a picture of both runs; a side that has none is empty.
type plot struct {
	Name  string
	Sides [2]string // their addresses
}

// compare shows two runs side by side.
func (s *Server) compare(w http.ResponseWriter, r *http.Request) {
	asked := r.URL.Query()["run"]
	if len(asked) != 2 {
		s.show(w, http.StatusBadRequest, "missing.html", fmt.Sprintf("Two runs stand side by side, and %d are chosen.", len(asked)))
		return
	}
	v := &compareView{}
	for i, name := range asked {
		dir, ok := s.place(name)
		if !ok || !isRun(s.root.FS(), dir) {
			s.missing(w, "There is no such run.")
			return
		}
		v.Sides[i] = s.viewOf(dir)
	}
	v.rows()
	for _, name := range []string{report.LatencyFile, report.RateFile} {
		v.plot(s, name)
	}
	s.show(w, http.StatusOK, "compare.html", v)
}

func (v *compareView) plot(s *Server, name string) {
	p := plot{Name: name}
	for i, side := range v.Sides {
		if file := path.Join(side.Path, name); isFile(s.root.FS(), file) {
			p.Sides[i] = address("file", file)
		}
	}
	if p.Sides != [2]string{} {
		v.Plots = append(v.Plots, p)
	}
}

// rows lists what is known of either run.
func (v *compareView) rows() {
	a, b := facts(v.Sides[0]), facts(v.Sides[1])
	names := make([]string, 0, len(a))
	for _, f := range append(a, b...) {
		if !slices.Contains(names, f.name) {
			names = append(names, f.name)
		}
	}
	for _, name := range names {
		sides := [2]string{valueOf(a, name), valueOf(b, name)}
		if sides != [2]string{} {
			v.Rows = append(v.Rows, row{name, sides, sides[0] != sides[1]})
		}
	}
}

type fact struct{ name, value string }

func valueOf(facts []fact, name string) string {
	for _, f := range facts {
		if f.name == name {
			return f.value
		}
	}
	return ""
}

// facts are what a run's row of a comparison says, in the order in which it is said.
func facts(v *runView) []fact {
	list := []fact{
		{"verdict", string(v.Verdict)}, {"reason", v.Problem},
		{"object", string(v.Object)}, {"store", v.Store}, {"started", startText(v.Started)},
		{"seed", v.Seed}, {"faults", strings.Join(v.Faults, ", ")}, {"relaxations", v.Run.Relaxations.String()},
		{"command", v.Run.Command}, {"assay", v.Run.Versions.Assay}, {"Go", v.Run.Versions.Go}, {"system", v.Run.Versions.OS},
	}
	if !v.Checked {
		return list
	}
	r := v.Result
	list = append(list,
		fact{"clients, keys", fmt.Sprintf("%d, %d", r.Clients, r.Keys)},
		fact{"operations", fmt.Sprintf("%s in %s", results.Thousands(r.Operations), secondsText(r.RunSeconds))},
		fact{"outcomes", fmt.Sprintf("%s ok, %s fail, %s info", results.Thousands(r.Outcomes.Ok), results.Thousands(r.Outcomes.Fail), results.Thousands(r.Outcomes.Info))},
		fact{"check", secondsText(r.CheckSeconds)})
	for _, line := range results.EvidenceLines(r.Evidence) {
		list = append(list, fact{line.Name, line.Text})
	}
	for _, found := range v.Violations {
		list = append(list, fact{"violation of " + found.Clause, results.Cut(found.Explanation, maxCell)})
	}
	return list
}
