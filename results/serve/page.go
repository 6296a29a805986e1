package serve

import (
	"bytes"
	"errors"
	"html/template"
	"io"
	"io/fs"
	"net/http"
	"path"
	"strings"

	"github.com/assay-dev/assay/results"
	"github.com/assay-dev/assay/results/counterexample"
	"github.com/assay-dev/assay/results/report"
)

// How much of what has no bound a page shows; the files have all of it.
const (
	maxListed = 20
	maxText   = 64 << 10 // bytes
	maxCell   = 400      // letters
)

// runView is what the page of a run shows.
type runView struct {
	*entry
	Run            results.Run
	Result         results.Result
	Checked        bool // there is a result
	Violations     []violation
	More           int // violations that are not listed
	Counterexample string
	Report         bool // there is one
	Files          []listed
	Siblings       []*entry // the runs of other stores that belong to the same run
}

type violation struct {
	results.Violation
	Promise string // what the broken clause says
}

// run shows a run, or the runs of several stores that belong together.
func (s *Server) run(w http.ResponseWriter, r *http.Request) {
	if link, err := s.root.Readlink(results.Latest); err == nil && r.PathValue("path") == results.Latest && plain(link) {
		http.Redirect(w, r, address("run", link), http.StatusFound)
		return
	}
	dir, ok := s.place(r.PathValue("path"))
	if !ok {
		s.missing(w, "There is no such run.")
		return
	}
	if isRun(s.root.FS(), dir) {
		s.show(w, http.StatusOK, "run.html", s.viewOf(dir))
		return
	}
	parts := s.partsOf(dir, "")
	if len(parts) == 0 {
		s.missing(w, "There is no such run.")
		return
	}
	s.show(w, http.StatusOK, "parts.html", map[string]any{"Path": dir, "Parts": parts})
}

// place returns the directory of the store that a request names; ok is false for what
// is none, or lies outside.
func (s *Server) place(asked string) (dir string, ok bool) {
	dir = strings.TrimSuffix(asked, "/")
	if !plain(dir) {
		return "", false
	}
	info, err := s.root.Stat(dir)
	return dir, err == nil && info.IsDir()
}

// plain reports whether name is one of a file or directory below the root, in its
// shortest form, and not hidden.
func plain(name string) bool {
	return fs.ValidPath(name) && name != "." && !strings.ContainsAny(name, "\x00\\") && !strings.Contains("/"+name, "/.")
}

// partsOf returns the runs directly below dir, except one.
func (s *Server) partsOf(dir, except string) (parts []*entry) {
	content, err := fs.ReadDir(s.root.FS(), dir)
	if err != nil {
		return nil
	}
	for _, d := range content {
		if p := path.Join(dir, d.Name()); d.IsDir() && p != except && isRun(s.root.FS(), p) {
			parts = append(parts, newEntry(s.root.FS(), p))
		}
	}
	return parts
}

func (s *Server) viewOf(dir string) *runView {
	files := s.root.FS()
	v := &runView{entry: newEntry(files, dir)}
	var err error
	v.Run, _ = load[results.Run](files, path.Join(dir, results.RunFile)) // the entry tells of errors
	v.Result, err = load[results.Result](files, path.Join(dir, results.ResultFile))
	v.Checked = err == nil
	for _, found := range v.Result.Violations[:min(len(v.Result.Violations), maxListed)] {
		v.Violations = append(v.Violations, violation{found, results.ClauseText(v.Result.Object, found.Clause)})
	}
	v.More = len(v.Result.Violations) - len(v.Violations)
	v.Counterexample = readText(files, path.Join(dir, counterexample.TextFile))
	v.Report = isFile(files, path.Join(dir, report.File))
	v.Files = list(files, dir)
	if _, ok := results.StartOf(path.Base(path.Dir(dir))); ok {
		v.Siblings = s.partsOf(path.Dir(dir), dir)
	}
	return v
}

// readText reads the beginning of a text; empty when there is none.
func readText(files fs.FS, name string) string {
	file, err := openFile(files, name)
	if err != nil {
		return ""
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, maxText))
	if err != nil {
		return ""
	}
	return results.Cut(strings.ToValidUTF8(string(text), "�"), maxText)
}

func (s *Server) render(page string, data any) ([]byte, error) {
	var b bytes.Buffer
	if err := s.pages.ExecuteTemplate(&b, page, data); err != nil {
		return nil, errors.New("the page cannot be shown: " + err.Error())
	}
	return b.Bytes(), nil
}

func functions() template.FuncMap {
	return template.FuncMap{
		"count":    results.Thousands,
		"cut":      func(text any) string { return results.Cut(stringOf(text), maxCell) },
		"at":       address,
		"class":    func(v any) string { return strings.ReplaceAll(stringOf(v), " ", "-") },
		"upper":    func(v any) string { return strings.ToUpper(stringOf(v)) },
		"join":     strings.Join,
		"add":      func(a, b int) int { return a + b },
		"time":     startText,
		"bytes":    bytesText,
		"length":   secondsText,
		"evidence": func(r results.Result) []results.Line { return results.EvidenceLines(r.Evidence) },
	}
}
