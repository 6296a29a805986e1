package file

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/assay-dev/assay/location"
)

// hookedFS asks hook before each step that changes something or makes it durable. An
// error of the hook is the step's.
type hookedFS struct {
	FS
	hook func(step, name string) error
}

func (h hookedFS) MkdirAll(dir string) error {
	return errors.Join(h.hook("mkdir", dir), h.FS.MkdirAll(dir))
}

func (h hookedFS) Create(name string) (File, error) {
	if err := h.hook("create", name); err != nil {
		return nil, err
	}
	f, err := h.FS.Create(name)
	return hookedFile{f, h, name}, err
}

func (h hookedFS) Rename(from, to string) error {
	if err := h.hook("rename", to); err != nil {
		return err
	}
	return h.FS.Rename(from, to)
}

func (h hookedFS) SyncDir(dir string) error {
	if err := h.hook("sync", dir); err != nil {
		return err
	}
	return h.FS.SyncDir(dir)
}

func (h hookedFS) Lock(ctx context.Context, name string, mode LockMode) (Lock, error) {
	if err := h.hook("lock", name); err != nil {
		return nil, err
	}
	l, err := h.FS.Lock(ctx, name, mode)
	return hookedLock{l, h, name}, err
}

type hookedFile struct {
	File
	fs   hookedFS
	name string
}

func (f hookedFile) Write(data []byte) (int, error) {
	if err := f.fs.hook("write", f.name); err != nil {
		return 0, err
	}
	return f.File.Write(data)
}

func (f hookedFile) Sync() error {
	if err := f.fs.hook("sync", f.name); err != nil {
		return err
	}
	return f.File.Sync()
}

type hookedLock struct {
	Lock
	fs   hookedFS
	name string
}

func (l hookedLock) Mark(clean bool) error {
	step := "mark unclean"
	if clean {
		step = "mark clean"
	}
	if err := l.fs.hook(step, l.name); err != nil {
		return err
	}
	return l.Lock.Mark(clean)
}

// hooked opens a handle whose steps go through *hook, once it is set.
func hooked(t *testing.T, dir string) (b *Blob, hook *func(step, name string) error) {
	t.Helper()
	hook = new(func(string, string) error { return nil })
	b, err := Open(context.Background(), hookedFS{OS{}, func(step, name string) error { return (*hook)(step, name) }}, dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		*hook = func(string, string) error { return nil }
		b.Close()
	})
	return b, hook
}

func TestEachWriteIsDurableBeforeItIsAnswered(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	b, hook := hooked(t, dir)
	var steps []string
	*hook = func(step, name string) error {
		name, _ = filepath.Rel(dir, name)
		if strings.HasPrefix(name, "tmp/") {
			name = "temporary"
		}
		steps = append(steps, step+" "+name)
		return nil
	}
	set := func() error { return b.Set(ctx, "k", []byte("v")) }
	write := []string{"create temporary", "write temporary", "sync temporary", "mkdir keys/k", "lock keys/k/=lock"}
	change := func(name string) []string {
		return []string{"mark unclean keys/k/=lock", "rename keys/k/" + name, "sync keys/k", "mark clean keys/k/=lock"}
	}
	for _, test := range []struct {
		name string
		do   func() error
		want []string
	}{
		{"the first set", set, slices.Concat(write, []string{"sync keys/k", "sync keys", "mark clean keys/k/=lock"}, change(valueName))},
		{"another set", set, slices.Concat(write, change(valueName))},
		{"delete", func() error { _, _, err := b.Delete(ctx, "k"); return err },
			slices.Concat([]string{"lock keys/k/=lock"}, change(deletedName))},
		{"restore", func() error { return b.Restore(ctx, "k") },
			slices.Concat([]string{"lock keys/k/=lock"}, change(valueName))},
		{"get", func() error { _, _, err := b.Get(ctx, "k"); return err }, []string{"lock keys/k/=lock"}},
	} {
		steps = nil
		if err := test.do(); err != nil {
			t.Errorf("%s: %v", test.name, err)
		}
		if !slices.Equal(steps, test.want) {
			t.Errorf("%s:\n got %q\nwant %q", test.name, steps, test.want)
		}
	}
}

func TestOnlyAFailureBeforeTheRenameIsDeterminate(t *testing.T) {
	ctx := context.Background()
	failure := errors.New("no such luck")
	set := func(b *Blob) error { return b.Set(ctx, "k", []byte("new")) }
	remove := func(b *Blob) error { _, _, err := b.Delete(ctx, "k"); return err }
	restore := func(b *Blob) error { return b.Restore(ctx, "gone") }
	for _, test := range []struct {
		step, name string // what fails, and the end of the name that it fails on
		do         func(*Blob) error
		class      location.Class
	}{
		{"create", "", set, location.Determinate},
		{"write", "", set, location.Determinate},
		{"sync", "/1", set, location.Determinate}, // of the temporary file
		{"mkdir", "/k", set, location.Determinate},
		{"lock", lockName, set, location.Determinate},
		{"mark unclean", lockName, set, location.Determinate},
		{"rename", valueName, set, location.Indeterminate},
		{"sync", "/k", set, location.Indeterminate},
		{"lock", lockName, remove, location.Determinate},
		{"mark unclean", lockName, remove, location.Determinate},
		{"rename", deletedName, remove, location.Indeterminate},
		{"sync", "/k", remove, location.Indeterminate},
		{"mark unclean", lockName, restore, location.Determinate},
		{"rename", valueName, restore, location.Indeterminate},
		{"sync", "/gone", restore, location.Indeterminate},
	} {
		dir := t.TempDir()
		fill(t, dir)
		b, hook := hooked(t, dir)
		*hook = func(step, name string) error {
			if step == test.step && strings.HasSuffix(name, test.name) {
				return failure
			}
			return nil
		}
		err := test.do(b)
		if !errors.Is(err, failure) || location.Classify(err) != test.class {
			t.Errorf("%s of …%s fails: %v, not %v", test.step, test.name, err, test.class)
		}
		if left := temporaries(t, b); test.class == location.Determinate && len(left) > 0 {
			t.Errorf("%s of …%s fails and leaves %q behind", test.step, test.name, left)
		}
	}
}

// fill puts a key k into the store at dir and removes a key gone.
func fill(t *testing.T, dir string) {
	t.Helper()
	ctx := context.Background()
	b := newBlob(t, dir, "")
	for _, key := range []string{"k", "gone"} {
		if err := b.Set(ctx, key, []byte("old")); err != nil {
			t.Fatal(err)
		}
	}
	if _, found, err := b.Delete(ctx, "gone"); !found || err != nil {
		t.Fatal(found, err)
	}
}

// temporaries are the files that a handle has in its directory of temporary files.
func temporaries(t *testing.T, b *Blob) []string {
	t.Helper()
	names, err := OS{}.List(b.tmp)
	if err != nil {
		t.Fatal(err)
	}
	return slices.DeleteFunc(names, func(name string) bool { return name == lockName })
}

func TestAValueThatIsNotDurableIsShownToNobody(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	fill(t, dir)
	b, hook := hooked(t, dir)
	failure := errors.New("the disk is tired")
	*hook = func(step, name string) error {
		if step == "sync" && strings.HasSuffix(name, "/k") {
			return failure
		}
		return nil
	}
	if err := b.Set(ctx, "k", []byte("new")); !errors.Is(err, failure) {
		t.Fatalf("set: %v", err)
	}
	if value, _, err := b.Get(ctx, "k"); !errors.Is(err, failure) {
		t.Errorf("get reads %q, %v while the directory cannot be synced", value, err)
	}
	for _, err := range b.ListKeysAndMetadata(ctx, "k") {
		if !errors.Is(err, failure) {
			t.Errorf("list: %v while the directory cannot be synced", err)
		}
	}
	synced := false
	*hook = func(step, name string) error {
		synced = synced || step == "sync" && strings.HasSuffix(name, "/k")
		return nil
	}
	value, _, err := b.Get(ctx, "k")
	if string(value) != "new" || err != nil || !synced {
		t.Errorf("get reads %q, %v; the directory was synced before: %t", value, err, synced)
	}
}
