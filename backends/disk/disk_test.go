package disk

import (
	"bytes"
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// requireVariable names what tests may not go without, as in package serverstest.
const requireVariable = "ASSAY_REQUIRE"

// newDisk is a disk that the test closes, with the files in it.
func newDisk(t testing.TB, files map[string]string) (d *Disk, dir string) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "files")
	must(t, os.Mkdir(dir, 0o755))
	for name, content := range files {
		must(t, os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755))
		must(t, os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644))
	}
	d, err := New(dir)
	if errors.Is(err, ErrUnavailable) && !slices.Contains(strings.Split(os.Getenv(requireVariable), ","), "fuse") {
		t.Skip(err)
	}
	must(t, err)
	t.Cleanup(func() { must(t, d.Close()) })
	return d, dir
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// nobody is who uses the disk of a test but the test.
func nobody(context.Context) error { return nil }

// crash loses everything that is not durable.
func crash(t testing.TB, d *Disk) Loss {
	t.Helper()
	loss, err := d.Crash(t.Context(), nobody, nil)
	must(t, err)
	return loss
}

func syncPath(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

func write(path string, off int64, text string) error {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = f.WriteAt([]byte(text), off)
	return errors.Join(err, f.Close())
}

// content is what a file holds, and "-" when it is not there.
func contentOf(t testing.TB, path string) string {
	t.Helper()
	content, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return "-"
	}
	must(t, err)
	return string(content)
}

func TestACrashUndoesExactlyWhatWasNotSynced(t *testing.T) {
	long := strings.Repeat("x", 3*pageBytes)
	type disk struct{ a, b, d string } // paths
	for _, test := range []struct {
		name string
		do   func(d disk) error
		a, b string // what is in the files afterwards
	}{
		{"nothing", func(disk) error { return nil }, long, "-"},
		{"an overwrite", func(d disk) error { return write(d.a, 100, "new") }, long, "-"},
		{"an overwrite, synced", func(d disk) error { return errors.Join(write(d.a, 0, "new"), syncPath(d.a)) }, "new" + long[3:], "-"},
		{"an overwrite, synced, and another", func(d disk) error {
			return errors.Join(write(d.a, 0, "new"), syncPath(d.a), write(d.a, 1, "old"))
		}, "new" + long[3:], "-"},
		{"what was added", func(d disk) error { return write(d.a, 5*pageBytes, "new") }, long, "-"},
		{"a truncation", func(d disk) error { return os.Truncate(d.a, 7) }, long, "-"},
		{"a truncation, synced", func(d disk) error { return errors.Join(os.Truncate(d.a, 7), syncPath(d.a)) }, long[:7], "-"},
		{"a truncation and new contents", func(d disk) error { return os.WriteFile(d.a, []byte("new"), 0) }, long, "-"},
		{"a new file", func(d disk) error { return os.WriteFile(d.b, []byte("b"), 0o600) }, long, "-"},
		{"a new file in a synced directory", func(d disk) error {
			return errors.Join(os.WriteFile(d.b, []byte("b"), 0o600), syncPath(d.d))
		}, long, ""},
		{"a new file, synced, in a directory that is not", func(d disk) error {
			return errors.Join(os.WriteFile(d.b, []byte("b"), 0o600), syncPath(d.b))
		}, long, "b"},
		{"a removal", func(d disk) error { return os.Remove(d.a) }, long, "-"},
		{"a removal in a synced directory", func(d disk) error { return errors.Join(os.Remove(d.a), syncPath(d.d)) }, "-", "-"},
		{"a rename", func(d disk) error { return os.Rename(d.a, d.b) }, long, "-"},
		{"a rename in a synced directory", func(d disk) error { return errors.Join(os.Rename(d.a, d.b), syncPath(d.d)) }, "-", long},
		{"a rename in place of another file", func(d disk) error {
			return errors.Join(os.WriteFile(d.b, []byte("b"), 0o600), syncPath(d.b), os.Rename(d.b, d.a))
		}, long, "b"},
		{"the same in a synced directory", func(d disk) error {
			return errors.Join(os.WriteFile(d.b, []byte("b"), 0o600), syncPath(d.b), os.Rename(d.b, d.a), syncPath(d.d))
		}, "b", "-"},
		{"a rename of a file that is not synced, in a synced directory", func(d disk) error {
			return errors.Join(os.WriteFile(d.b, []byte("b"), 0o600), os.Rename(d.b, d.a), syncPath(d.d))
		}, "", "-"},
		{"a rename into a new directory and out of it", func(d disk) error {
			inner := filepath.Join(d.d, "inner")
			return errors.Join(os.Mkdir(inner, 0o700), os.Rename(d.a, filepath.Join(inner, "a")), os.Rename(filepath.Join(inner, "a"), d.b))
		}, long, "-"},
		{"a rename into a new directory, synced", func(d disk) error {
			inner := filepath.Join(d.d, "inner")
			return errors.Join(os.Mkdir(inner, 0o700), os.Rename(d.a, filepath.Join(inner, "a")), syncPath(inner))
		}, "-", "-"},
		{"a synced file in a new directory", func(d disk) error {
			inner := filepath.Join(d.d, "inner")
			return errors.Join(os.Mkdir(inner, 0o700), os.Rename(d.a, filepath.Join(inner, "a")), syncPath(filepath.Join(inner, "a")), os.Rename(filepath.Join(inner, "a"), d.b), syncPath(d.d))
		}, "-", long},
		{"a link", func(d disk) error { return os.Link(d.a, d.b) }, long, "-"},
		{"a link in a synced directory", func(d disk) error { return errors.Join(os.Link(d.a, d.b), syncPath(d.d)) }, long, long},
	} {
		t.Run(test.name, func(t *testing.T) {
			disk_, dir := newDisk(t, map[string]string{"d/a": long})
			paths := disk{filepath.Join(dir, "d/a"), filepath.Join(dir, "d/b"), filepath.Join(dir, "d")}
			must(t, test.do(paths))
			before := []string{contentOf(t, paths.a), contentOf(t, paths.b)}
			loss := crash(t, disk_)
			after := []string{contentOf(t, paths.a), contentOf(t, paths.b)}
			if after[0] != test.a || after[1] != test.b {
				t.Errorf("a has %d bytes %.9q…, b %.9q", len(after[0]), after[0], after[1])
			}
			if changed := !slices.Equal(before, after); changed && loss == (Loss{}) {
				t.Errorf("changed: %t, loss: %v", changed, loss)
			}
		})
	}
}

func TestWhatWasWrittenBackIsDurable(t *testing.T) {
	d, dir := newDisk(t, map[string]string{"a": "old"})
	must(t, os.WriteFile(filepath.Join(dir, "b"), []byte("new"), 0o600))
	must(t, os.Rename(filepath.Join(dir, "b"), filepath.Join(dir, "a")))
	must(t, d.WriteBack())
	must(t, write(filepath.Join(dir, "a"), 0, "xxx"))
	if loss := crash(t, d); loss.Files != 1 || loss.Entries != 0 || contentOf(t, filepath.Join(dir, "a")) != "new" {
		t.Errorf("%v, a has %q", loss, contentOf(t, filepath.Join(dir, "a")))
	}
}

func TestThePowerGoesInTheMiddleOfAChange(t *testing.T) {
	d, dir := newDisk(t, map[string]string{"a": "old"})
	gone := d.PowerOffAt(3)
	var failed []int
	for i := range 5 {
		if write(filepath.Join(dir, "a"), int64(i), "x") != nil {
			failed = append(failed, i)
		}
		select {
		case <-gone:
			if i < 2 {
				t.Errorf("the power is gone after %d writes", i+1)
			}
		default:
		}
	}
	<-gone
	if !slices.Equal(failed, []int{2, 3, 4}) {
		t.Errorf("writes %v failed", failed)
	}
	if _, err := os.ReadFile(filepath.Join(dir, "a")); !errors.Is(err, syscall.EIO) {
		t.Errorf("reading without power: %v", err)
	}
	crash(t, d)
	if got := contentOf(t, filepath.Join(dir, "a")); got != "old" {
		t.Errorf("a has %q", got)
	}
}

func TestOfWhatIsNotSyncedAPartMayStaySectorBySector(t *testing.T) {
	const sectors = 64
	d, dir := newDisk(t, map[string]string{"a": strings.Repeat("o", sectors*sectorBytes)})
	random := rand.New(rand.NewPCG(1, 2))
	for range 4 {
		must(t, write(filepath.Join(dir, "a"), 0, strings.Repeat("n", sectors*sectorBytes)))
		_, err := d.Crash(t.Context(), nobody, random)
		must(t, err)
		content := contentOf(t, filepath.Join(dir, "a"))
		var stayed int
		for i := range sectors {
			switch sector := content[i*sectorBytes:][:sectorBytes]; sector {
			case strings.Repeat("n", sectorBytes):
				stayed++
			case strings.Repeat("o", sectorBytes):
			default:
				t.Fatalf("sector %d is torn: %q", i, sector)
			}
		}
		if stayed == 0 || stayed == sectors {
			t.Errorf("%d of %d sectors stayed", stayed, sectors)
		}
	}
}

func TestWritesFailAsOftenAsTheyAreTold(t *testing.T) {
	d, dir := newDisk(t, map[string]string{"a": "old"})
	path := filepath.Join(dir, "a")
	d.Fail(Write, syscall.ENOSPC, 1, 2)
	for i, want := range []error{nil, syscall.ENOSPC, syscall.ENOSPC, nil} {
		if err := write(path, 0, "new"); !errors.Is(err, want) {
			t.Errorf("write %d: %v", i, err)
		}
	}
	if n := d.Mend(Write); n != 2 {
		t.Errorf("%d writes failed", n)
	}
	d.Fail(Write, syscall.EIO, 0, 1)
	if err := os.Truncate(path, 0); !errors.Is(err, syscall.EIO) || contentOf(t, path) != "new" {
		t.Errorf("truncate: %v", err)
	}
	d.Fail(Write, syscall.EIO, 0, 1)
	if n := d.Mend(Write); n != 0 || write(path, 0, "two") != nil {
		t.Errorf("%d writes failed although there was none", n)
	}
}

func TestASyncThatFailsForgetsWhatItWasToKeep(t *testing.T) {
	d, dir := newDisk(t, map[string]string{"a": "old"})
	path := filepath.Join(dir, "a")
	d.Fail(Sync, syscall.EIO, 0, 1)
	if err := syncPath(path); err != nil {
		t.Errorf("a sync with nothing to do failed: %v", err)
	}
	must(t, write(path, 0, "new"))
	if err := syncPath(path); !errors.Is(err, syscall.EIO) {
		t.Errorf("sync: %v", err)
	}
	must(t, syncPath(path))
	must(t, d.WriteBack())
	if got := contentOf(t, path); got != "new" {
		t.Errorf("it reads %q before the crash", got)
	}
	crash(t, d)
	if got := contentOf(t, path); got != "old" || d.Mend(Sync) != 1 {
		t.Errorf("it reads %q after the crash", got)
	}
	d.Fail(Sync, syscall.EIO, 0, 1)
	must(t, write(path, 0, "new"))
	if err := syncPath(path); !errors.Is(err, syscall.EIO) {
		t.Errorf("sync: %v", err)
	}
	must(t, write(path, 0, "New"))
	must(t, syncPath(path))
	crash(t, d)
	if got := contentOf(t, path); got != "New" {
		t.Errorf("written again and synced, it reads %q", got)
	}
}

func TestClosingLeavesTheFilesWhereTheyWere(t *testing.T) {
	d, dir := newDisk(t, map[string]string{"d/a": "old"})
	must(t, write(filepath.Join(dir, "d/a"), 0, "new"))
	must(t, os.Remove(filepath.Join(dir, "d/a")))
	must(t, os.WriteFile(filepath.Join(dir, "b"), []byte("b"), 0o640))
	must(t, d.Close())
	if contentOf(t, filepath.Join(dir, "d/a")) != "-" || contentOf(t, filepath.Join(dir, "b")) != "b" {
		t.Error("the files are not as they were left")
	}
	for _, path := range []string{d.place, d.limbo} {
		if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s: %v", path, err)
		}
	}
	must(t, d.prepare()) // for the Close at the end of the test
}

func TestAnotherProcessUsesTheDisk(t *testing.T) {
	d, dir := newDisk(t, nil)
	// Not with Dir: the thread that starts a process cannot be stopped before the new one
	// is there, and a garbage collection that waits for it would keep the disk waiting.
	out, err := exec.Command("sh", "-c", "cd "+dir+"; echo one > a; sync a; echo two >> a; cat a").CombinedOutput()
	if err != nil || !bytes.Equal(out, []byte("one\ntwo\n")) {
		t.Fatalf("%q, %v", out, err)
	}
	crash(t, d)
	if got := contentOf(t, filepath.Join(dir, "a")); got != "one\n" {
		t.Errorf("a has %q", got)
	}
}

func TestADirectoryThatCannotBePutOnADiskStaysAsItIs(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "missing")
	if _, err := New(dir); err == nil || !strings.Contains(err.Error(), dir) {
		t.Errorf("%v", err)
	}
}
