package disk

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// A model is a disk the other way round: it knows what is durable, and what was done
// since, and carries out again what turns out durable, where the disk takes back what
// does not.
type model struct {
	durable, visible map[string]*inode // entries by their path; directories have none
	changes          []redo
}

// An inode is a file: its contents as they are durable, and as they are seen.
type inode struct{ durable, visible []byte }

// A redo is a change of entries that is not durable: from goes, to comes.
type redo struct {
	from, to string
	file     *inode
}

func newModel() *model {
	return &model{durable: map[string]*inode{}, visible: map[string]*inode{}}
}

func (r redo) on(entries map[string]*inode) {
	delete(entries, r.from)
	if r.to != "" {
		entries[r.to] = r.file
	}
}

func (m *model) change(r redo) {
	r.on(m.visible)
	m.changes = append(m.changes, r)
}

// settle makes durable what is chosen and, until nothing more comes, every change that
// a later durable one has a name in common with.
func (m *model) settle(chosen func(redo) bool) {
	durable := make([]bool, len(m.changes))
	for i, r := range m.changes {
		durable[i] = chosen(r)
	}
	for again := true; again; {
		again = false
		for i, later := range m.changes {
			for j, earlier := range m.changes[:i] {
				if durable[i] && !durable[j] && shareName(earlier, later) {
					durable[j], again = true, true
				}
			}
		}
	}
	var pending []redo
	for i, r := range m.changes {
		if durable[i] {
			r.on(m.durable)
		} else {
			pending = append(pending, r)
		}
	}
	m.changes = pending
}

func shareName(a, b redo) bool {
	for _, name := range []string{a.from, a.to} {
		if name != "" && (name == b.from || name == b.to) {
			return true
		}
	}
	return false
}

func (m *model) crash() {
	m.visible = maps.Clone(m.durable)
	m.changes = nil
	for _, file := range m.visible {
		file.visible = slices.Clone(file.durable)
	}
}

// A machine does the same to a disk and to the model.
type machine struct {
	t     testing.TB
	disk  *Disk
	dir   string
	model *model
}

var (
	modelDirs  = []string{"a", "b"}
	modelNames = []string{"a/x", "a/y", "b/x", "b/y"}
)

func (m *machine) path(name string) string { return filepath.Join(m.dir, name) }

func (m *machine) present(t *rapid.T) string {
	names := slices.Sorted(maps.Keys(m.model.visible))
	if len(names) == 0 {
		t.Skip("no files")
	}
	return rapid.SampledFrom(names).Draw(t, "name")
}

func (m *machine) Create(t *rapid.T) {
	name := rapid.SampledFrom(modelNames).Draw(t, "name")
	if m.model.visible[name] != nil {
		t.Skip("it is there")
	}
	must(m.t, os.WriteFile(m.path(name), nil, 0o600))
	m.model.change(redo{to: name, file: &inode{}})
}

func (m *machine) Remove(t *rapid.T) {
	name := m.present(t)
	must(m.t, os.Remove(m.path(name)))
	m.model.change(redo{from: name})
}

func (m *machine) Rename(t *rapid.T) {
	from, to := m.present(t), rapid.SampledFrom(modelNames).Draw(t, "to")
	if m.model.visible[from] == m.model.visible[to] {
		t.Skip("does nothing")
	}
	must(m.t, os.Rename(m.path(from), m.path(to)))
	m.model.change(redo{from: from, to: to, file: m.model.visible[from]})
}

func (m *machine) Write(t *rapid.T) {
	name := m.present(t)
	file := m.model.visible[name]
	off := rapid.IntRange(0, 3*pageBytes).Draw(t, "off")
	data := fmt.Appendf(nil, "%0*d", rapid.IntRange(1, pageBytes).Draw(t, "length"), rapid.IntRange(1, 9).Draw(t, "data"))
	must(m.t, write(m.path(name), int64(off), string(data)))
	file.resize(max(len(file.visible), off+len(data)))
	copy(file.visible[off:], data)
}

func (m *machine) Truncate(t *rapid.T) {
	name := m.present(t)
	size := rapid.IntRange(0, 4*pageBytes).Draw(t, "size")
	must(m.t, os.Truncate(m.path(name), int64(size)))
	m.model.visible[name].resize(size)
}

func (i *inode) resize(size int) {
	longer := make([]byte, size)
	copy(longer, i.visible)
	i.visible = longer
}

func (m *machine) SyncFile(t *rapid.T) {
	name := m.present(t)
	must(m.t, syncPath(m.path(name)))
	file := m.model.visible[name]
	file.durable = slices.Clone(file.visible)
	m.model.settle(func(r redo) bool { return r.to != "" && r.file == file })
}

func (m *machine) SyncDir(t *rapid.T) {
	dir := rapid.SampledFrom(modelDirs).Draw(t, "dir")
	must(m.t, syncPath(m.path(dir)))
	m.model.settle(func(r redo) bool { return filepath.Dir(r.from) == dir || filepath.Dir(r.to) == dir })
}

func (m *machine) WriteBack(*rapid.T) {
	must(m.t, m.disk.WriteBack())
	for _, file := range m.model.visible {
		file.durable = slices.Clone(file.visible)
	}
	m.model.settle(func(redo) bool { return true })
}

func (m *machine) Crash(t *rapid.T) {
	m.compare(t)
	crash(m.t, m.disk)
	m.model.crash()
	m.compare(t)
}

// Check is what rapid calls after each step; looking then would take most of the time.
func (m *machine) Check(*rapid.T) {}

// compare compares what is on the disk with the model.
func (m *machine) compare(t *rapid.T) {
	for _, name := range modelNames {
		want := "-"
		if file := m.model.visible[name]; file != nil {
			want = string(file.visible)
		}
		if got := contentOf(m.t, m.path(name)); got != want {
			t.Fatalf("%s has %d bytes %.20q…, want %d bytes %.20q…", name, len(got), got, len(want), want)
		}
	}
}

func TestWhatACrashLeavesIsWhatAModelSays(t *testing.T) {
	d, dir := newDisk(t, map[string]string{"a/z": "", "b/z": ""})
	rapid.Check(t, func(r *rapid.T) {
		m := &machine{t: t, disk: d, dir: dir, model: newModel()}
		for _, name := range modelNames {
			if err := os.Remove(m.path(name)); err != nil && !os.IsNotExist(err) {
				t.Fatal(err)
			}
		}
		must(t, d.WriteBack())
		r.Repeat(rapid.StateMachineActions(m))
		m.Crash(r)
	})
}
