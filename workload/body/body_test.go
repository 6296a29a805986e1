package body

import (
	"bytes"
	"slices"
	"strings"
	"testing"
)

func newBody(key, name string, size int) []byte { return Append(nil, key, name, size) }

func TestABodyNamesItsWriterAtEverySize(t *testing.T) {
	const key, name = "some/key", "c3.17"
	for size := MinSize(name); size < 3*BlockSize+2; size++ {
		data := Append([]byte("before"), key, name, size)[len("before"):]
		if len(data) != size {
			t.Fatalf("size %d: %d bytes", size, len(data))
		}
		if got, damage := Decode(key, data); got != name || damage != "" {
			t.Fatalf("size %d: %q, %q", size, got, damage)
		}
	}
}

func TestAnEmptyBodyIsCalledEmpty(t *testing.T) {
	if name, damage := Decode("k", Append(nil, "k", "c3.17", 0)); name != EmptyName || damage != "" {
		t.Fatalf("%q, %q", name, damage)
	}
}

func TestAReusedBufferCarriesNothingOver(t *testing.T) {
	buffer := Append(nil, "k", "c1.1", 3000)
	buffer = Append(buffer[:0], "k", "c1.2", 2000)
	if !bytes.Equal(buffer, Append(nil, "k", "c1.2", 2000)) {
		t.Fatal("the body depends on what the buffer held")
	}
}

func TestEachDamageIsNamed(t *testing.T) {
	const a, b = "c1.7", "c2.9"
	small := func(name string) []byte { return newBody("k", name, 100) }
	large := func(name string) []byte { return newBody("k", name, 4*BlockSize) }
	for _, test := range []struct {
		what   string
		data   []byte
		name   string
		damage string // what it begins with
	}{
		{"the first half of one value, the second of another", slices.Concat(large(a)[:1024], large(b)[1024:]), a,
			"torn: bytes 0 to 1024 are c1.7, bytes 1024 to 2048 are c2.9"},
		{"a cut inside a block", slices.Concat(large(a)[:700], large(b)[700:]), a,
			"torn: bytes 0 to 512 are c1.7, bytes 512 to 1024 are not as written, bytes 1024 to 2048 are c2.9"},
		{"a short value over a longer one", slices.Concat(newBody("k", a, 1024), large(b)[1024:]), a, "torn: bytes 0 to 1024 are c1.7"},
		{"blocks of two values in turn", slices.Concat(large(a)[:512], large(b)[512:1024], large(a)[1024:]), a, "mixed: bytes 0 to 512 are c1.7"},
		{"a flipped bit", flip(large(a), 600), a, "corrupt: bytes 512 to 1024 are not as written, in c1.7"},
		{"a flipped bit in the first block", flip(large(a), 30), a, "corrupt: bytes 0 to 512 are not as written, in c1.7"},
		{"a flipped bit in a small body", flip(small(a), 60), "", "corrupt: bytes 0 to 100 are not as written"},
		{"a zeroed middle", slices.Concat(large(a)[:512], make([]byte, 512), large(a)[1024:]), a, "corrupt: bytes 512 to 1024 are zero, in c1.7"},
		{"nothing but zeros", make([]byte, 700), "", "corrupt: bytes 0 to 700 are zero"},
		{"something else", []byte("hello"), "", "corrupt: bytes 0 to 5 are not as written"},
		{"a value of another key", newBody("l", a, 700), a, "misdirected: c1.7 was written to another key"},
		{"a part of another key's value", slices.Concat(large(a)[:1024], newBody("l", b, 2048)[1024:]), a,
			"torn: bytes 0 to 1024 are c1.7, bytes 1024 to 2048 are c2.9 (of another key)"},
		{"an end cut off at a block", large(a)[:1024], a, "truncated: 1024 of the 2048 bytes of c1.7"},
		{"an end cut off elsewhere", large(a)[:1500], a, "truncated: 1500 of the 2048 bytes of c1.7"},
		{"a small body cut off", small(a)[:50], a, "truncated: 50 of the 100 bytes of c1.7"},
		{"a header cut off", small(a)[:10], "", "corrupt: bytes 0 to 10 are not as written"},
		{"a beginning cut off at a block", large(a)[512:], a, "misplaced: blocks of c1.7 are not where they were written"},
		{"blocks in another order", slices.Concat(large(a)[512:1024], large(a)[:512], large(a)[1024:]), a, "misplaced: blocks of c1.7"},
		{"a block twice", slices.Concat(large(a)[:512], large(a)), a, "misplaced: blocks of c1.7"},
		{"bytes added", append(large(a), 7), a, "corrupt: bytes 2048 to 2049 are not as written, in c1.7"},
		{"a whole body added", append(large(a), large(b)...), a, "torn: bytes 0 to 2048 are c1.7, bytes 2048 to 4096 are c2.9"},
	} {
		t.Run(test.what, func(t *testing.T) {
			name, damage := Decode("k", test.data)
			if name != test.name || !strings.HasPrefix(damage, test.damage) || damage == "" {
				t.Fatalf("%q, %q; want %q, %q", name, damage, test.name, test.damage)
			}
		})
	}
}

func flip(data []byte, at int) []byte { data[at] ^= 4; return data }

// Every single flipped bit, cut and swap of two values is noticed.
func TestNoMutilationIsTakenForAWholeBody(t *testing.T) {
	for _, size := range []int{64, 600, 1500} {
		whole, other := newBody("k", "c1.7", size), newBody("k", "c2.9", size)
		for at := range size {
			for _, mutilated := range [][]byte{
				flip(bytes.Clone(whole), at), whole[:max(at, 1)], slices.Concat(whole[:at+1], other[at+1:]),
			} {
				name, damage := Decode("k", mutilated)
				same := bytes.Equal(mutilated, whole) || bytes.Equal(mutilated, other)
				if damage == "" && !same {
					t.Fatalf("size %d, at %d: taken for %q", size, at, name)
				}
			}
		}
	}
}

func FuzzDecodeNeverPanics(f *testing.F) {
	f.Add("k", newBody("k", "c1.7", 100))
	f.Add("k", slices.Concat(newBody("k", "c1.7", 2048)[:1024], newBody("l", "c1.8", 2048)))
	f.Fuzz(func(t *testing.T, key string, data []byte) {
		name, damage := Decode(key, data)
		if damage == "" && len(data) > 0 && len(data) < MinSize(name) {
			t.Fatalf("%d bytes cannot be the whole of %q", len(data), name)
		}
	})
}

func BenchmarkBody1KiB(b *testing.B) {
	b.Run("append", func(b *testing.B) {
		var buffer []byte
		for b.Loop() {
			buffer = Append(buffer[:0], "once/3/00012/5", "c3.17", 1024)
		}
	})
	data := newBody("once/3/00012/5", "c3.17", 1024)
	b.Run("decode", func(b *testing.B) {
		for b.Loop() {
			Decode("once/3/00012/5", data)
		}
	})
}
