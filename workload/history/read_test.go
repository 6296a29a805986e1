package history

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// sample is a history long enough for several chunks.
func sample(operations int) *History {
	h := &History{Header: Header{Assay: 1, Object: Consensus}}
	for i := range operations {
		h.Operations = append(h.Operations, sampleOperation(i))
	}
	return h
}

func sampleOperation(i int) Operation {
	op := Operation{Process: i % 30, Key: fmt.Sprintf("key-%d", i%20), Call: int64(i) * 1000, Return: int64(i)*1000 + 1500, Line: i + 2}
	version := Version{Value: fmt.Sprintf("p%d-%d", i%30, i/2)}
	version.SeqNo = version.SeqNo + 10
	switch i % 3 {
	case 0:
		op.Action = &CompareAndSet{HasExpected: true, Expected: 9, New: version, Committed: true}
	case 1:
		op.Action = &Head{Found: true, Version: version}
	case 2:
		op.Action = &Scan{From: 3, Limit: 2, Versions: []Version{version, {11, "x"}}}
	}
	return op
}

func writeAll(w *Writer, h *History) error {
	for i := range h.Operations {
		if err := w.Write(&h.Operations[i]); err != nil {
			return err
		}
	}
	return w.Close()
}

func fileOf(t testing.TB, name string, h *History) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	w, err := Create(path, h.Header)
	if err == nil {
		err = writeAll(w, h)
	}
	if err != nil {
		t.Fatal(err)
	}
	return path
}

func TestFilesAreReadPlainAndCompressedWhateverTheirName(t *testing.T) {
	want := sample(10_000)
	for _, name := range []string{"history.jsonl", "history.jsonl.zst"} {
		path := fileOf(t, name, want)
		renamed := filepath.Join(t.TempDir(), "history")
		if err := os.Rename(path, renamed); err != nil {
			t.Fatal(err)
		}
		got, err := ReadFile(renamed)
		if err != nil {
			t.Fatal(err)
		}
		if dump(got) != dump(want) || got.Damage != nil {
			t.Errorf("%s: what was read is not what was written", name)
		}
		if last := got.Operations[9_999].Line; last != 10_001 {
			t.Errorf("%s: the last operation is on line %d", name, last)
		}
	}
}

func TestAMissingFileIsAnErrorThatNamesIt(t *testing.T) {
	_, err := ReadFile(filepath.Join(t.TempDir(), "none.jsonl"))
	if !errors.Is(err, os.ErrNotExist) || !strings.Contains(err.Error(), "none.jsonl") {
		t.Error(err)
	}
}

func TestAFileThatWasCutOffIsReadUpToThere(t *testing.T) {
	want := sample(2_000)
	for _, name := range []string{"history.jsonl", "history.jsonl.zst"} {
		whole, err := os.ReadFile(fileOf(t, name, want))
		if err != nil {
			t.Fatal(err)
		}
		read := 0
		for size := 1000; size < len(whole); size += len(whole) / 17 {
			got, err := Read(bytes.NewReader(whole[:size]))
			if err != nil && read == 0 {
				continue // not even the header
			}
			if err != nil {
				t.Fatalf("%s of %d bytes: %v", name, size, err)
			}
			read = len(got.Operations)
			endsWhole := name == "history.jsonl" && (whole[size-1] == '\n' || whole[size] == '\n')
			if got.Damage == nil != endsWhole || got.Damage != nil && got.Damage.Line != read+2 {
				t.Fatalf("%s of %d bytes: damage %v after %d operations", name, size, got.Damage, read)
			}
			if read > 0 && !reflect.DeepEqual(got.Operations, want.Operations[:read]) {
				t.Fatalf("%s of %d bytes: the operations before the damage changed", name, size)
			}
		}
		if read < 1_500 {
			t.Errorf("%s: no more than %d operations were read of a file that is almost whole", name, read)
		}
	}
}

func TestALastLineWithoutItsEndIsReadWhenItIsWhole(t *testing.T) {
	const fault = `{"fault":"kill","target":"node 1","call":5}`
	h, err := Read(strings.NewReader(consensusHeader + "\n" + fault))
	if err != nil || h.Damage != nil {
		t.Fatal(err, h.Damage)
	}
	want := Fault{Fault: "kill", Target: "node 1", Call: 5, Return: Never, Line: 3}
	if len(h.Faults) != 1 || h.Faults[0] != want {
		t.Errorf("got %v, want %v", h.Faults, want)
	}
	if _, err = Read(strings.NewReader(consensusHeader + `{"op":"none"}`)); err == nil {
		t.Error("a whole last line that is wrong was taken for one that was cut off")
	}
}

func TestOfTheLinesOfAFaultTheLastCounts(t *testing.T) {
	h, err := Read(strings.NewReader(consensusHeader + `{"fault":"kill","target":"node 1","call":5}
{"fault":"kill","target":"node 2","call":5}
{"fault":"kill","target":"node 1","call":7}
{"fault":"kill","target":"node 1","call":5,"effect":"gone"}
{"fault":"kill","target":"node 1","call":5,"return":6,"effect":"gone"}
`))
	if err != nil {
		t.Fatal(err)
	}
	want := []Fault{
		{Fault: "kill", Target: "node 2", Call: 5, Return: Never, Line: 3},
		{Fault: "kill", Target: "node 1", Call: 7, Return: Never, Line: 4},
		{Fault: "kill", Target: "node 1", Call: 5, Return: 6, Effect: "gone", Line: 6},
	}
	if !slices.Equal(h.Faults, want) {
		t.Errorf("got %v, want %v", h.Faults, want)
	}
}

func TestACorruptFileIsNeverReadAsWhole(t *testing.T) {
	whole, err := os.ReadFile(fileOf(t, "h.zst", sample(3_000)))
	if err != nil {
		t.Fatal(err)
	}
	for at := 20; at < len(whole); at += len(whole) / 13 {
		whole[at] ^= 0x55
		// Some of it cannot be told from a file that was cut off.
		if h, err := Read(bytes.NewReader(whole)); err == nil && h.Damage == nil {
			t.Errorf("a wrong byte at %d goes unnoticed", at)
		}
		whole[at] ^= 0x55
	}
}

func TestALineWithoutAnEndIsAnError(t *testing.T) {
	endless := io.MultiReader(strings.NewReader(consensusHeader), spaces{})
	s := newSplitter(endless, &progress{})
	s.longest = 1 << 20
	if _, err := readLines(s); err == nil || !strings.Contains(err.Error(), "line 2: longer than") {
		t.Error(err)
	}
}

type spaces struct{}

func (spaces) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	return len(p), nil
}

func FuzzReaderNeverPanics(f *testing.F) {
	f.Add([]byte(consensusHeader + `{"process":1,"op":"scan","key":"k","call":1,"return":2,"outcome":"ok","from":0,"limit":1,"versions":[{"seqno":1,"value":"a\u00e9"}]}`))
	f.Add([]byte(blobHeader + `{"process":1,"op":"list","call":1,"return":2,"outcome":"ok","prefix":"","entries":[{"key":"a","size":3}],"x":[-1.5e3,null]}` + "\n"))
	f.Add([]byte(blobHeader + `{"fault":"kill","call":1}` + "\n"))
	f.Add([]byte{0x28, 0xb5, 0x2f, 0xfd, 0, 0, 1, 0, 0})
	f.Fuzz(func(t *testing.T, data []byte) {
		h, err := Read(bytes.NewReader(data))
		if err != nil {
			return
		}
		// What was read can be written, and reads as the same.
		var text bytes.Buffer
		w, err := NewWriter(&text, h.Header)
		if err == nil {
			err = writeAll(w, h)
		}
		if err != nil {
			t.Fatal(err)
		}
		again, err := Read(&text)
		if err != nil {
			t.Fatal(err)
		}
		for i := range h.Operations {
			h.Operations[i].Line = again.Operations[i].Line
		}
		if dump(h.Operations) != dump(again.Operations) {
			t.Fatalf("read %s, wrote and read %s", dump(h.Operations), dump(again.Operations))
		}
	})
}
