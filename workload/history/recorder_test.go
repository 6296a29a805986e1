package history

import (
	"bytes"
	"errors"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func newTestRecorder(t *testing.T, out interface{ Write([]byte) (int, error) }, interval time.Duration) *Recorder {
	t.Helper()
	w, err := NewWriter(out, Header{Object: Consensus})
	if err != nil {
		t.Fatal(err)
	}
	return NewRecorder(w, interval)
}

func TestEverythingThatClientsAppendIsRecorded(t *testing.T) {
	const clients, each = 4, 3*logSize + 17
	path := filepath.Join(t.TempDir(), "h.jsonl.zst")
	w, err := Create(path, Header{Object: Consensus})
	if err != nil {
		t.Fatal(err)
	}
	r := NewRecorder(w, 0)
	var running sync.WaitGroup
	for process := range clients {
		log := r.Client()
		running.Go(func() {
			for i := range each {
				log.Append(Operation{Process: process, Key: "k", Call: int64(i), Return: int64(i) + 1, Action: &Head{}})
			}
		})
	}
	r.Fault(Fault{Fault: "kill", Call: 1, Return: 2})
	running.Wait()
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	h, err := ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	next := make([]int64, clients)
	for _, op := range h.Operations {
		if op.Call != next[op.Process] {
			t.Fatalf("process %d: operation %d comes where %d should", op.Process, op.Call, next[op.Process])
		}
		next[op.Process]++
	}
	if len(h.Operations) != clients*each || len(h.Faults) != 1 || h.Damage != nil {
		t.Errorf("%d operations, %d faults, damage %v", len(h.Operations), len(h.Faults), h.Damage)
	}
}

func TestWhatWasAppendedIsOutAfterOneInterval(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out lockedBuffer
		r := newTestRecorder(t, &out, time.Second)
		log := r.Client()
		log.Append(Operation{Key: "k", Return: 1, Action: &Head{}})
		synctest.Wait()
		if out.String() != "" {
			t.Error("written at once, not in the background")
		}
		time.Sleep(time.Second + time.Millisecond)
		synctest.Wait()
		if !strings.Contains(out.String(), `"op":"head"`) {
			t.Errorf("after a second: %q", out.String())
		}
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
}

// A lockedBuffer is read while it is written.
type lockedBuffer struct {
	mu sync.Mutex
	bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.Buffer.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.Buffer.String()
}

func TestAClientFarAheadOfTheDiskWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		disk := &gate{open: make(chan struct{})}
		r := newTestRecorder(t, disk, time.Second)
		log := r.Client()
		appended := 0
		done := make(chan struct{})
		go func() {
			defer close(done)
			for ; appended < 20*logSize; appended++ {
				log.Append(Operation{Key: strings.Repeat("k", 40), Return: 1, Action: &Head{}})
			}
		}()
		synctest.Wait()
		if appended > 3*logSize {
			t.Errorf("%d operations are in memory while the disk is stuck", appended)
		}
		close(disk.open)
		<-done
		if err := r.Close(); err != nil {
			t.Error(err)
		}
		if got := bytes.Count(disk.Bytes(), []byte(`"op"`)); got != 20*logSize {
			t.Errorf("%d operations", got)
		}
	})
}

// A gate is a disk that is stuck until it opens.
type gate struct {
	bytes.Buffer
	open chan struct{}
}

func (g *gate) Write(p []byte) (int, error) {
	<-g.open
	return g.Buffer.Write(p)
}

func TestAFullDiskIsReportedAndHoldsNobodyUp(t *testing.T) {
	full := errors.New("no space left on device")
	disk := &smallDisk{room: 1 << 20, err: full}
	r := newTestRecorder(t, disk, 0)
	log := r.Client()
	for i := range 10 * logSize {
		log.Append(Operation{Key: "k", Call: int64(i), Return: int64(i), Action: &Head{}})
	}
	if err := r.Close(); !errors.Is(err, full) || !errors.Is(r.Err(), full) {
		t.Errorf("close: %v, err: %v", err, r.Err())
	}
	h, err := Read(&disk.Buffer)
	if err != nil || h.Damage == nil || len(h.Operations) < 1000 {
		t.Errorf("what stands on the disk is not readable: %v", err)
	}
}

// A smallDisk takes room bytes and then fails.
type smallDisk struct {
	bytes.Buffer
	room int
	err  error
}

func (d *smallDisk) Write(p []byte) (int, error) {
	if len(p) > d.room {
		d.Buffer.Write(p[:d.room])
		n := d.room
		d.room = 0
		return n, d.err
	}
	d.room -= len(p)
	return d.Buffer.Write(p)
}

func TestAnErrorOfAFileNamesIt(t *testing.T) {
	path := filepath.Join(t.TempDir(), "history.jsonl.zst")
	w, err := Create(path, Header{Object: Consensus})
	if err != nil {
		t.Fatal(err)
	}
	// The file is closed under the writer, as the nearest thing to a broken disk.
	if err := w.closes[len(w.closes)-1](); err != nil {
		t.Fatal(err)
	}
	r := NewRecorder(w, 0)
	r.Client().Append(Operation{Key: "k", Return: 1, Action: &Head{}})
	if err := r.Close(); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("got %v", err)
	}
}

func TestAnOperationOfTheOtherObjectIsNotWritten(t *testing.T) {
	w, err := NewWriter(new(bytes.Buffer), Header{Object: Consensus})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Write(&Operation{Key: "k", Action: &Get{}}); err == nil {
		t.Error("a get was written into the history of a consensus")
	}
	if err := w.Write(&Operation{Key: "k", Action: &Head{}}); err == nil {
		t.Error("the writer went on after an error")
	}
	if _, err := NewWriter(new(bytes.Buffer), Header{}); err == nil {
		t.Error("a header without an object was written")
	}
}

func BenchmarkAppend(b *testing.B) {
	b.Run("1 client", func(b *testing.B) {
		r := discard(b)
		log := r.Client()
		b.ReportAllocs()
		for b.Loop() {
			log.Append(Operation{Key: "k", Call: 1, Return: 2, Action: head})
		}
	})
	b.Run("parallel", func(b *testing.B) {
		r := discard(b)
		b.ReportAllocs()
		b.RunParallel(func(pb *testing.PB) {
			log := r.Client()
			for pb.Next() {
				log.Append(Operation{Key: "k", Call: 1, Return: 2, Action: head})
			}
		})
	})
	b.Run("without the background", func(b *testing.B) {
		l := &Log{recorder: &Recorder{}, gathered: make([]Operation, 0, logSize)}
		b.ReportAllocs()
		for b.Loop() {
			if len(l.gathered) == logSize {
				l.gathered = l.gathered[:0]
			}
			l.Append(Operation{Key: "k", Call: 1, Return: 2, Action: head})
		}
	})
}

var head Action = &Head{}

func discard(b *testing.B) *Recorder {
	w, err := Create(b.TempDir()+"/h.jsonl.zst", Header{Object: Consensus})
	if err != nil {
		b.Fatal(err)
	}
	r := NewRecorder(w, 0)
	b.Cleanup(func() {
		if err := r.Close(); err != nil {
			b.Error(err)
		}
	})
	return r
}
