package results_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/assay-dev/assay/results"
)

var start = time.Date(2026, 11, 22, 13, 5, 9, 0, time.UTC)

func create(t *testing.T, store, name string) string {
	t.Helper()
	dir, err := results.Create(store, name, start)
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// resolve returns where latest points.
func resolve(t *testing.T, store string) string {
	t.Helper()
	target, err := filepath.EvalSymlinks(filepath.Join(store, results.Latest))
	if err != nil {
		t.Fatal(err)
	}
	return target
}

func TestARunDirectoryIsNamedAfterItsStart(t *testing.T) {
	store := t.TempDir()
	dir := create(t, store, "bolt")
	if want := filepath.Join(store, "bolt", "20261122T130509Z"); dir != want {
		t.Errorf("directory %s, want %s", dir, want)
	}
}

func TestLatestPointsToTheNewestRun(t *testing.T) {
	store := t.TempDir()
	for _, name := range []string{"bolt", "file", "bolt"} {
		dir := create(t, store, name)
		if got := resolve(t, store); got != dir {
			t.Errorf("latest is %s, want %s", got, dir)
		}
	}
}

func TestLatestSurvivesMovingTheStore(t *testing.T) {
	store := t.TempDir()
	dir := create(t, filepath.Join(store, "a"), "bolt")
	if err := os.Rename(filepath.Join(store, "a"), filepath.Join(store, "b")); err != nil {
		t.Fatal(err)
	}
	want := strings.Replace(dir, "/a/", "/b/", 1)
	if got := resolve(t, filepath.Join(store, "b")); got != want {
		t.Errorf("latest is %s, want %s", got, want)
	}
}

func TestRunsThatStartTogetherGetDifferentDirectories(t *testing.T) {
	const runs = 20
	store := t.TempDir()
	dirs := make([]string, runs)
	var wg sync.WaitGroup
	for i := range runs {
		wg.Go(func() { dirs[i] = create(t, store, "bolt") })
	}
	wg.Wait()
	slices.Sort(dirs)
	if distinct := len(slices.Compact(dirs)); distinct != runs {
		t.Errorf("%d runs got %d directories", runs, distinct)
	}
	if entries, _ := os.ReadDir(store); len(entries) != 2 {
		t.Errorf("the store holds %v, want bolt and latest only", entries)
	}
}

func TestAStoreThatCannotBeWrittenIsAClearError(t *testing.T) {
	file := filepath.Join(t.TempDir(), "occupied")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	_, err := results.Create(file, "bolt", start)
	if err == nil || !strings.Contains(err.Error(), file) || !strings.Contains(err.Error(), "create the run's directory") {
		t.Errorf("error %v does not say what failed and where", err)
	}
}

func TestANameIsOnePlainElementOfAPath(t *testing.T) {
	for _, name := range []string{"", ".", "..", ".hidden", "a/b", "../a", "/a", "a/", "latest"} {
		if results.CheckName(name) == nil {
			t.Errorf("name %q is accepted", name)
		}
		if _, err := results.Create(t.TempDir(), name, start); err == nil {
			t.Errorf("a run named %q is created", name)
		}
	}
	for _, name := range []string{"bolt", "bolt+file", "my run", "v1.2"} {
		if err := results.CheckName(name); err != nil {
			t.Errorf("name %q: %v", name, err)
		}
	}
}

// touch makes empty files below dir.
func touch(t *testing.T, dir string, files ...string) {
	t.Helper()
	for _, file := range files {
		path := filepath.Join(dir, file)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func TestHistoriesAreFound(t *testing.T) {
	for _, test := range []struct {
		name  string
		files []string
		path  string
		want  []string
	}{
		{"in a run directory", []string{"run.json", "history.jsonl.zst"}, "", []string{"history.jsonl.zst"}},
		{"as a file", []string{"other.jsonl"}, "other.jsonl", []string{"other.jsonl"}},
		{"in the run of both objects", []string{"consensus/run.json", "consensus/history.jsonl.zst", "blob/run.json", "blob/history.jsonl.zst"}, "",
			[]string{"consensus/history.jsonl.zst", "blob/history.jsonl.zst"}},
		{"where a run left none, so that this is noticed", []string{"consensus/run.json", "blob/run.json", "blob/history.jsonl.zst"}, "",
			[]string{"consensus/history.jsonl.zst", "blob/history.jsonl.zst"}},
		{"only of objects that were run", []string{"consensus/run.json", "consensus/history.jsonl.zst", "blob/store/x"}, "",
			[]string{"consensus/history.jsonl.zst"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			touch(t, dir, test.files...)
			got, err := results.Find(filepath.Join(dir, test.path))
			if err != nil {
				t.Fatal(err)
			}
			for i := range got {
				got[i], _ = filepath.Rel(dir, got[i])
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("found %v, want %v", got, test.want)
			}
		})
	}
}

func TestAPathWithoutAHistoryIsAClearError(t *testing.T) {
	empty := t.TempDir()
	for _, path := range []string{empty, filepath.Join(empty, "missing")} {
		if _, err := results.Find(path); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("error %v does not name %s", err, path)
		}
	}
}

func TestTheDirectoryOfAHistoryIsThatOfItsRun(t *testing.T) {
	store := t.TempDir()
	dir := create(t, store, "bolt")
	touch(t, dir, results.RunFile, results.HistoryFile, "other.jsonl")
	for file, want := range map[string]string{
		filepath.Join(store, results.Latest, results.HistoryFile): dir,
		filepath.Join(dir, "other.jsonl"):                         "",
		filepath.Join(store, results.HistoryFile):                 "",
	} {
		if got := results.DirectoryOf(file); got != want {
			t.Errorf("DirectoryOf(%s) = %q, want %q", file, got, want)
		}
	}
}

func TestTheNameOfADirectoryTellsWhenItsRunBegan(t *testing.T) {
	start := time.Date(2026, 11, 22, 15, 39, 58, 0, time.UTC)
	for name, ok := range map[string]bool{
		"20261122T153958Z": true, "20261122T153958Z-2": true, "20261122T153958Z-17": true,
		"20261122T153958Z-1": false, "20261122T153958Z-": false, "20261122T153958Z-x": false, "20261322T153958Z": false, "latest": false, "": false,
	} {
		got, found := results.StartOf(name)
		if found != ok || ok && !got.Equal(start) {
			t.Errorf("%q: %v, %v", name, got, found)
		}
	}
}
