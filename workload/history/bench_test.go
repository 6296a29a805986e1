package history

import (
	"bytes"
	"io"
	"testing"
)

func BenchmarkEncode(b *testing.B) {
	h := sample(3000)
	w, err := NewWriter(io.Discard, h.Header)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if err := w.Write(&h.Operations[i%len(h.Operations)]); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkWriteCompressed(b *testing.B) {
	h := sample(300_000)
	path := b.TempDir() + "/h.zst"
	w, err := Create(path, h.Header)
	if err != nil {
		b.Fatal(err)
	}
	for i := 0; b.Loop(); i++ {
		if err := w.Write(&h.Operations[i%len(h.Operations)]); err != nil {
			b.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkDecode is the time of one line on one core.
func BenchmarkDecode(b *testing.B) {
	var text bytes.Buffer
	h := sample(300_000)
	w, err := NewWriter(&text, h.Header)
	if err == nil {
		err = writeAll(w, h)
	}
	if err != nil {
		b.Fatal(err)
	}
	s := newSplitter(&text, &progress{})
	c, _ := s.next()
	c.takeLine()
	d := newDecoder(Consensus, newNames(Consensus))
	b.ReportAllocs()
	lines := 0
	for b.Loop() {
		p := d.decode(c)
		if p.err != nil {
			b.Fatal(p.err)
		}
		lines += len(p.operations)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(lines), "ns/line")
	b.ReportMetric(float64(len(c.text))/float64(c.lines), "B/line")
}

// BenchmarkReadFile is the time of a whole file, on all cores.
func BenchmarkReadFile(b *testing.B) {
	const operations = 1_000_000
	for _, name := range []string{"h.jsonl", "h.jsonl.zst"} {
		b.Run(name, func(b *testing.B) {
			path := fileOf(b, name, sample(operations))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := ReadFile(path); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/operations, "ns/line")
		})
	}
}
