package serve

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// perPage is how many runs a page of the table has.
const perPage = 200

// A filter is what the table is asked for.
type filter struct {
	Query, Verdict, Store, Fault string
	Page                         int // from 1
}

// noFaults asks for the runs without any.
const noFaults = "none"

func newFilter(asked url.Values) filter {
	page, _ := strconv.Atoi(asked.Get("page"))
	return filter{asked.Get("q"), asked.Get("verdict"), asked.Get("store"), asked.Get("fault"), max(page, 1)}
}

// takes reports whether a run is wanted: it has every word of the query.
func (f filter) takes(e *entry) bool {
	for _, word := range strings.Fields(strings.ToLower(f.Query)) {
		if !strings.Contains(e.text, word) {
			return false
		}
	}
	return (f.Verdict == "" || f.Verdict == string(e.Verdict)) &&
		(f.Store == "" || f.Store == e.Kind) &&
		(f.Fault == "" || slices.Contains(faultNames(e.Faults), f.Fault))
}

// At returns the address of another page of the same table.
func (f filter) At(page int) string {
	asked := url.Values{}
	for name, value := range map[string]string{"q": f.Query, "verdict": f.Verdict, "store": f.Store, "fault": f.Fault} {
		if value != "" {
			asked.Set(name, value)
		}
	}
	if page > 1 {
		asked.Set("page", strconv.Itoa(page))
	}
	return "/?" + asked.Encode()
}

// faultNames are what a run's faults are called, without their settings.
func faultNames(faults []string) []string {
	if len(faults) == 0 {
		return []string{noFaults}
	}
	names := make([]string, 0, len(faults))
	for _, fault := range faults {
		name := strings.FieldsFunc(fault, func(r rune) bool { return r == ' ' || r == '=' })
		names = append(names, strings.Join(name[:min(len(name), 1)], ""))
	}
	return names
}

// tableView is what the table's page shows.
type tableView struct {
	filter
	Certificates             []*issued
	Runs                     []*entry
	Found, All, First, Pages int
	Verdicts, Stores, Faults []string // to choose from
}

func (s *Server) table(w http.ResponseWriter, r *http.Request) {
	all, certificates, err := s.runs.all()
	if err != nil {
		http.Error(w, "the store directory cannot be read: "+err.Error(), http.StatusInternalServerError)
		return
	}
	v := &tableView{filter: newFilter(r.URL.Query()), Certificates: certificates, All: len(all)}
	v.choices(all)
	var found []*entry
	for _, e := range all {
		if v.takes(e) {
			found = append(found, e)
		}
	}
	v.Found, v.Pages = len(found), max((len(found)+perPage-1)/perPage, 1)
	v.Page = min(v.Page, v.Pages)
	v.First = (v.Page - 1) * perPage
	v.Runs = found[v.First:min(v.First+perPage, len(found))]
	s.show(w, http.StatusOK, "table.html", v)
}

// choices collects what can be filtered by, in all runs.
func (v *tableView) choices(all []*entry) {
	stores, faults := map[string]bool{}, map[string]bool{}
	present := map[string]bool{}
	for _, e := range all {
		present[string(e.Verdict)] = true
		stores[e.Kind] = stores[e.Kind] || e.Kind != ""
		for _, name := range faultNames(e.Faults) {
			faults[name] = true
		}
	}
	for _, verdict := range verdicts() {
		if present[string(verdict)] {
			v.Verdicts = append(v.Verdicts, string(verdict))
		}
	}
	v.Stores, v.Faults = chosen(stores), chosen(faults)
}

// chosen returns the names that are set, sorted.
func chosen(set map[string]bool) (names []string) {
	for name, wanted := range set {
		if wanted {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}
