package history

import (
	"encoding/binary"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestEightBytesAreTheNumberThatTheyStandForOrNone(t *testing.T) {
	digit, other := rapid.ByteRange('0', '9'), rapid.Byte()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.SliceOfN(digit, 8, 8).Draw(t, "text")
		if rapid.Bool().Draw(t, "broken") {
			text[rapid.IntRange(0, 7).Draw(t, "at")] = other.Draw(t, "byte")
		}
		want, err := strconv.ParseUint(string(text), 10, 64)
		got, ok := eightDigits(binary.LittleEndian.Uint64(text))
		if ok != (err == nil) || ok && got != want {
			t.Fatalf("%q: got %d, %v, want %d, %v", text, got, ok, want, err)
		}
	})
}

func TestPlainTextEndsAtTheFirstByteThatIsSpecial(t *testing.T) {
	char := rapid.SampledFrom([]byte("az !#[]~\x7f\x80\xff\"\\\x00\x1f"))
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.SliceOfN(char, 0, 30).Draw(t, "text")
		from := rapid.IntRange(0, len(text)).Draw(t, "from")
		want := strings.IndexFunc(string(text[from:])+`"`, func(r rune) bool { return r == '"' || r == '\\' || r < ' ' })
		end, ascii := plain(text, from)
		if end != from+want {
			t.Fatalf("%q from %d: got %d, want %d", text, from, end, from+want)
		}
		for _, c := range text[from:end] {
			if ascii && c >= 0x80 {
				t.Fatalf("%q from %d is taken for ASCII", text, from)
			}
		}
	})
}

func TestTextsAreToldApartByAllOfTheirBytes(t *testing.T) {
	char := rapid.SampledFrom([]byte("ab\x00"))
	m := newMemory(newNames(Consensus))
	rapid.Check(t, func(t *rapid.T) {
		// What stands behind a text in its line is no part of it.
		line := rapid.SliceOfN(char, 0, 20).Draw(t, "line")
		text := line[:rapid.IntRange(0, len(line)).Draw(t, "length")]
		if got := m.text(text); got != string(text) {
			t.Fatalf("got %q for %q", got, text)
		}
		if got := m.key(text); got != string(text) {
			t.Fatalf("got %q for the key %q", got, text)
		}
		if got := m.listings.key(text, &m); got != string(text) {
			t.Fatalf("got %q for the key %q of a listing", got, text)
		}
	})
}
