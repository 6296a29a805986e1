package serve

import (
	"cmp"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/assay-dev/assay/results"
	"github.com/assay-dev/assay/results/certify/certificate"
	"github.com/assay-dev/assay/workload/history"
)

// maxDepth is how deep in a store directory a run is looked for.
const maxDepth = 6

// runs knows the runs and the certificates of a store directory. What it read of one it
// keeps as long as the files stay as they are: only those of new ones are opened for the
// next table.
type runs struct {
	files  fs.FS
	mu     sync.Mutex
	known  map[string]*entry  // by path
	issued map[string]*issued // by path
}

func newRuns(files fs.FS) *runs { return &runs{files: files} }

// all returns the runs and the certificates, newest first.
func (r *runs) all() ([]*entry, []*issued, error) {
	dirs, certified, err := r.find()
	if err != nil {
		return nil, nil, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.entries(dirs), r.certificates(certified), nil
}

func (r *runs) certificates(dirs []string) []*issued {
	found, known := make([]*issued, 0, len(dirs)), make(map[string]*issued, len(dirs))
	for _, dir := range dirs {
		i := r.issued[dir]
		if i == nil || i.seen != versionOf(r.files, path.Join(dir, certificate.File)) {
			i = newIssued(r.files, dir)
		}
		known[dir] = i
		found = append(found, i)
	}
	r.issued = known
	newestFirst(found)
	return found
}

func (r *runs) entries(dirs []string) []*entry {
	found, known := make([]*entry, 0, len(dirs)), make(map[string]*entry, len(dirs))
	for _, dir := range dirs {
		e := r.known[dir]
		if seen := stampOf(r.files, dir); e == nil || e.seen != seen {
			e = newEntry(r.files, dir)
			e.seen = seen
		}
		known[dir] = e
		found = append(found, e)
	}
	r.known = known
	slices.SortFunc(found, func(a, b *entry) int {
		return cmp.Or(b.Started.Compare(a.Started), cmp.Compare(a.Path, b.Path))
	})
	return found
}

// find returns the directories of runs and of certificates, without following links.
func (r *runs) find() (dirs, certified []string, err error) {
	err = fs.WalkDir(r.files, ".", func(p string, d fs.DirEntry, err error) error {
		switch {
		case err != nil && p == ".":
			return err
		case err != nil || !d.IsDir(): // a directory that cannot be read is shown as it is found below
			return nil
		case p != "." && d.Name()[0] == '.' || strings.Count(p, "/") >= maxDepth:
			return fs.SkipDir
		case isRun(r.files, p):
			dirs = append(dirs, p)
			return fs.SkipDir
		case isCertificate(r.files, p):
			certified = append(certified, p) // and its runs lie below
		}
		return nil
	})
	return dirs, certified, err
}

// isRun reports whether a directory is that of a run, whole or not. One that is named
// as runs are and has no directories in it is a run that came to nothing.
func isRun(files fs.FS, dir string) bool {
	for _, name := range []string{results.RunFile, results.ResultFile, results.HistoryFile} {
		if isFile(files, path.Join(dir, name)) {
			return true
		}
	}
	if _, named := results.StartOf(path.Base(dir)); !named && !isPart(dir) {
		return false
	}
	content, err := fs.ReadDir(files, dir)
	return err != nil || !slices.ContainsFunc(content, func(d fs.DirEntry) bool { return d.IsDir() })
}

// isPart reports whether a directory is named like that of one of a run's stores.
func isPart(dir string) bool {
	object := history.Object(path.Base(dir))
	_, ok := results.StartOf(path.Base(path.Dir(dir)))
	return ok && (object == history.Consensus || object == history.Blob)
}

func isFile(files fs.FS, name string) bool {
	info, err := fs.Stat(files, name)
	return err == nil && info.Mode().IsRegular()
}

// startOf reads the instant at which a run began from the name of its directory, or of
// that of the run that it is a part of.
func startOf(dir string) (time.Time, bool) {
	for _, name := range []string{path.Base(dir), path.Base(path.Dir(dir))} {
		if t, ok := results.StartOf(name); ok {
			return t, true
		}
	}
	return time.Time{}, false
}

// A stamp changes when a file that a run's entry is read from changes.
type stamp struct{ run, result, history version }

type version struct {
	at   time.Time
	size int64
}

func versionOf(files fs.FS, name string) (v version) {
	if info, err := fs.Stat(files, name); err == nil {
		v = version{info.ModTime(), info.Size()}
	}
	return v
}

func stampOf(files fs.FS, dir string) stamp {
	of := func(name string) version { return versionOf(files, path.Join(dir, name)) }
	return stamp{of(results.RunFile), of(results.ResultFile), version{size: min(of(results.HistoryFile).size, 1)}}
}
